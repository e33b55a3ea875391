from dataclasses import replace

import pytest

from bot.application import Application
from bot.guarding.masker import Masker
from bot.guarding.reply import GuardedReply
from connectors.connector import Answer, Citation
from connectors.events import RecordId
from tests.builders import START, channel, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive

_ANSWER = Answer(
    answer_id="a", question="", text="", abstained=False, reason=None, citations=(), model="m", language="en"
)


def _citation(quote: str, record: str = "m1") -> Citation:
    return Citation(n=1, record_id=RecordId(record), quote=quote, author="Ann", channel_name="launch", time=START)


def _guarded(
    application: Application, *, by: str | None = "console:Bo", place: str = "console:launch", asked: str = "q"
) -> tuple[GuardedReply, RecordingReply]:
    shown = RecordingReply()
    return GuardedReply(shown, Masker(application.database, "en", by, place), asked), shown


@pytest.mark.parametrize(
    ("by", "place", "is_shown"),
    [
        ("console:Ann", "console:launch", True),
        ("console:Ann", "console:other", False),
        ("console:Bo", "console:launch", False),
    ],
)
async def test_a_secret_is_shown_to_its_author_in_its_channel_alone(
    application: Application, by: str, place: str, *, is_shown: bool
) -> None:
    """Invariant 8."""
    await archive(application, posted(1, "password: hunter2x", author="Ann", place=channel("launch")))
    reply, shown = _guarded(application, by=by, place=place)
    await reply.sources([_citation("password: hunter2x")])
    await reply.finish(
        replace(_ANSWER, text="It is hunter2x: password: hunter2x [1]", citations=(_citation("password: hunter2x"),))
    )
    assert ("hunter2x" in shown.answer.citations[0].quote) is is_shown
    assert ("password: hunter2x" in shown.answer.text) is is_shown


async def test_mass_mentions_are_defused_wherever_they_come_from(application: Application) -> None:
    """Invariant 5."""
    reply, shown = _guarded(application)
    await reply.status("searched for “@channel”")
    await reply.sources([_citation("<!here> look")])
    await reply.delta("@everyone look\n")
    await reply.finish(replace(_ANSWER, text="@所有人 ok"))
    said = str(shown.steps)
    for live in ("@channel", "<!here>", "@everyone", "@所有人"):
        assert live not in said
    assert "@\u2060channel" in str(shown.steps[0][1])


async def test_a_secret_of_others_is_in_no_sentence_on_the_way(application: Application) -> None:
    """Invariant 8."""
    reply, shown = _guarded(application)
    await reply.delta("The password is hunter2x.\n")
    assert [value for _, value in shown.steps] == ["The password is [password hidden].\n"]
