"""Reading what is to be summarised."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.application import Application
from bot.summaries import talk as talk_module
from bot.summaries.talk import Talk, Wanted, read_talks
from connectors.events import ChannelRef, FileRef, RecordId
from knowledge.passage import Audience
from tests.builders import at, channel, deleted, opened, person, posted
from tests.quick_application import archive, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as running:
        yield running


async def read(application: Application, place: ChannelRef, **narrow: object) -> list[Talk]:
    wanted = Wanted(audience=Audience.operator(), channel_ids=frozenset({place.channel_id}), **narrow)  # type: ignore[arg-type]  # the fields of Wanted
    return await read_talks(application.database, wanted)


def ids(talks: list[Talk]) -> list[list[str]]:
    return [[turn.record_id for turn in talk.turns] for talk in talks]


async def test_talk_comes_by_conversation_in_order_whatever_the_size_of_a_page(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = channel("pages")
    await archive(
        application,
        *(posted(number, f"point {number} of the plan", place=place, thread=None if number == 1 else 1)
          for number in range(1, 8)),
        posted(20, "something else entirely about lunch", place=place, minutes=5000),
    )  # fmt: skip
    everything = ids(await read(application, place))
    assert everything == [[f"m{number}" for number in range(1, 8)], ["m20"]]
    monkeypatch.setattr(talk_module, "_PAGE", 3)
    assert ids(await read(application, place)) == everything


async def test_only_the_part_inside_the_time_is_read(application: Application) -> None:
    place = channel("part")
    await archive(
        application, *(posted(number, f"step {number}", place=place, thread=None if number == 30 else 30)
                       for number in range(30, 36))
    )  # fmt: skip
    assert ids(await read(application, place, since=at(32), until=at(34))) == [["m32", "m33"]]


async def test_commands_answers_and_what_is_gone_are_no_talk(application: Application) -> None:
    place = channel("gone")
    await archive(
        application,
        posted(40, "/summary last week", place=place),
        posted(41, "an answer", place=place, answer_id="a1", author="bot"),
        posted(42, "never mind", place=place),
        posted(43, "we meet at noon in the canteen", place=place),
        deleted(42),
    )
    assert ids(await read(application, place)) == [["m43"]]


async def test_files_people_and_their_names_are_known_and_secrets_are_not(application: Application) -> None:
    """Invariant 8."""
    place = channel("known")
    caption = "wifi password: Tulip-42x"
    file = FileRef(file_id=RecordId("f1"), name="plan.xlsx", caption=caption, unavailable_reason="too_large")
    await archive(
        application,
        opened(place, (person("Ann"), person("Bo"), person("Robo", is_bot=True))),
        posted(50, "see https://ann:secret@docs.example/plan", place=place, author="Cy", files=(file,)),
    )
    [talk] = await read(application, place)
    assert talk.people == {"Ann", "Bo", "Cy"}
    assert [part.name for part in talk.turns[0].shared] == ["plan.xlsx", "docs.example"]
    assert talk.turns[0].shared[0].caption == "wifi password: [password hidden]"
    assert "secret" not in repr(talk)


async def test_a_fingerprint_changes_with_words_versions_and_what_it_is_made_with(application: Application) -> None:
    place = channel("printed")
    await archive(application, posted(60, "we meet at noon", place=place), posted(61, "fine", place=place, thread=60))
    [talk] = await read(application, place)
    same = (await read(application, place))[0]
    assert talk.fingerprint("model", "en") == same.fingerprint("model", "en")
    assert talk.fingerprint("model", "en") != talk.fingerprint("model", "zh")
    decided = replace(talk, turns=tuple(replace(turn, categories=frozenset({"decision"})) for turn in talk.turns))
    assert decided.fingerprint("model", "en") != talk.fingerprint("model", "en")
    await archive(application, posted(62, "where?", place=place, thread=60))
    assert (await read(application, place))[0].fingerprint("model", "en") != talk.fingerprint("model", "en")
