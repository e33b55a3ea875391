"""Invariant 4, no leak, in Slack: who may see what, as the permission model of the platform's reference (§8) says.

The tables are to be read beside it. The first: which channels a reply to somebody alone may use (a direct message, a
command), by person and channel. The second: which channels a reply in a channel, for everybody there to read, may use.
"x" is yes. They are played with Slack's own directory and memberships over the fake, on the real application, and what
they say is compared both with the permissions and with every word that is shown or given to the model.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from connectors.connector import UtteranceKind
from connectors.slack.ids import person_id
from tests.fakes.slack import Channel, Person
from tests.fakes.slack.channel import Kind
from tests.slack_application import SlackApplication, slack_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

TO_SOMEBODY = """
                general lobby staff trio open_ext shut_ext old gone_open gone_shut turned_in turned_out
member             x      x     x    x      x        x      x      .         .         x         x
elsewhere          x      x     .    x      .        .      x      .         .         .         x
guest              .      x     .    .      .        .      .      .         .         .         .
single_guest       .      x     .    .      .        .      .      .         .         .         .
outsider           .      .     .    .      x        x      .      .         .         .         .
stranger           .      .     .    .      .        x      .      .         .         .         .
deactivated        .      .     .    .      .        .      .      .         .         .         .
helper_bot         .      .     .    .      .        .      .      .         .         .         .
nobody             .      .     .    .      .        .      .      .         .         .         .
"""
"""``elsewhere`` is a full member who is in general and the group message only; ``guest`` is in the lobby."""

IN_A_CHANNEL = """
                general lobby staff trio open_ext shut_ext old gone_open gone_shut turned_in turned_out
general            x      x     .    .      .        .      x      .         .         .         x
lobby              .      x     .    .      .        .      .      .         .         .         .
staff              x      x     x    .      .        .      x      .         .         .         x
trio               x      x     .    x      .        .      x      .         .         .         x
open_ext           .      .     .    .      x        .      .      .         .         .         .
shut_ext           .      .     .    .      .        x      .      .         .         .         .
gone_open          .      .     .    .      .        .      .      .         .         .         .
gone_shut          .      .     .    .      .        .      .      .         .         .         .
turned_in          x      x     .    .      .        .      x      .         .         x         x
turned_out         x      x     .    .      .        .      x      .         .         .         x
"""
"""``open_ext`` and ``shut_ext`` are shared with another company, ``old`` is archived, the bot has left ``gone_…``,
``turned_in`` was public and is private, ``turned_out`` the other way round. There are guests in the lobby."""

ARCHIVED = ("old",)
"""Nobody can ask there."""
_MARK = re.compile(r"mark_([a-z_]+?)_zq")


def _cells(table: str) -> list[tuple[str, frozenset[str]]]:
    head, *rows = [line.split() for line in table.strip().splitlines()]
    return [
        (row[0], frozenset(place for place, cell in zip(head, row[1:], strict=True) if cell == "x")) for row in rows
    ]


@dataclass
class Stage:
    """One workspace in which all of it has happened."""

    app: SlackApplication
    people: dict[str, Person] = field(default_factory=dict)
    places: dict[str, Channel] = field(default_factory=dict)

    async def shown(self, channel: Channel, person: Person) -> frozenset[str]:
        """The channels whose words are shown, or given to the model, to somebody who asks here."""
        kind: UtteranceKind = "direct" if channel.is_direct else "mention"
        texts = ["pump news", "/timeline", *(f"/find word{number}" for number in range(len(self.places)))]
        said = [await self.app.said_in(channel, person, text, kind) for text in texts]
        return frozenset(_MARK.findall("".join(said)))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with slack_application(archive_external=True, membership_seconds=0.0) as app:
        made = Stage(app)
        _people(made)
        await _places(made)
        await _history(made)
        yield made


def _people(stage: Stage) -> None:
    workspace = stage.app.workspace
    stage.people = {
        "member": workspace.add_person("member"),
        "elsewhere": workspace.add_person("elsewhere"),
        "guest": workspace.add_person("guest", is_guest=True),
        "single_guest": workspace.add_person("single_guest", is_single_channel_guest=True),
        "outsider": workspace.add_person("outsider", team_id="T0OTHER"),
        "stranger": workspace.add_person("stranger", team_id="T0THIRD", is_stranger=True),
        "deactivated": workspace.add_person("deactivated"),
        "helper_bot": workspace.add_person("helper_bot", is_bot=True),
        "nobody": Person(id="U0NOBODY", name="nobody", real_name="Nobody", team_id=workspace.id),
    }


async def _places(stage: Stage) -> None:
    app, people = stage.app, stage.people
    member, elsewhere, leaver = people["member"], people["elsewhere"], people["deactivated"]

    def add(name: str, *others: Person, kind: Kind = "public") -> None:
        stage.places[name] = app.workspace.add_channel(name, members=[member, *others], kind=kind)

    add("general", elsewhere, leaver)
    add("lobby", people["guest"], people["single_guest"])
    add("staff", leaver, people["helper_bot"], kind="private")
    add("trio", elsewhere, leaver, kind="mpim")
    add("open_ext", people["outsider"])
    add("shut_ext", people["outsider"], people["stranger"], kind="private")
    add("old")
    add("gone_open", elsewhere)
    add("gone_shut", kind="private")
    add("turned_in")
    add("turned_out", kind="private")
    for number, place in enumerate(stage.places.values()):
        app.slack.places.invite(member, app.it.installation, place)
        app.slack.people.post(member, place, f"pump news word{number} mark_{place.name}_zq")
    await app.hear()


async def _history(stage: Stage) -> None:
    """What makes the places what they are; everybody has asked before, so that nothing is only unknown."""
    app, places, member = stage.app, stage.places, stage.people["member"]
    for place in places.values():
        await app.readable_in(place)
    app.slack.places.share_with(places["open_ext"], "T0OTHER")
    app.slack.places.share_with(places["shut_ext"], "T0OTHER")
    app.slack.places.archive(member, places["old"])
    app.slack.places.leave(app.bot, places["gone_open"], removed_by=member)
    app.slack.places.leave(app.bot, places["gone_shut"], removed_by=member)
    app.slack.places.convert_to_private(member, places["turned_in"])
    app.slack.places.convert_to_public(member, places["turned_out"])
    app.slack.places.change_person(app.workspace, stage.people["deactivated"], deleted=True)
    await app.hear()


@pytest.mark.parametrize(("who", "readable"), _cells(TO_SOMEBODY))
async def test_a_reply_to_somebody_alone_uses_what_they_could_open(
    stage: Stage, who: str, readable: frozenset[str]
) -> None:
    assert await stage.app.readable_by(stage.people[who]) == readable


@pytest.mark.parametrize(("who", "readable"), _cells(TO_SOMEBODY)[:6])
async def test_a_direct_message_shows_what_its_person_could_open(
    stage: Stage, who: str, readable: frozenset[str]
) -> None:
    person = stage.people[who]
    direct = stage.app.workspace.open_direct_channel(person.id, stage.app.bot.id)
    assert await stage.app.readable_in(direct) == readable | {who}
    assert await stage.shown(direct, person) == readable


@pytest.mark.parametrize(("where", "readable"), _cells(IN_A_CHANNEL))
async def test_a_reply_in_a_channel_uses_what_everybody_there_could_open(
    stage: Stage, where: str, readable: frozenset[str]
) -> None:
    place = stage.places[where]
    assert await stage.app.readable_in(place) == readable
    if readable:
        assert await stage.shown(place, stage.people["member"]) == readable


async def test_who_was_deactivated_sees_nothing_whoever_asks_for_them(stage: Stage) -> None:
    """As far as events told, without asking Slack again."""
    leaver = person_id(stage.people["deactivated"].id)
    assert (await stage.app.application.permissions.of_person(leaver, platform="slack")).channel_ids == frozenset()


async def test_the_tables_speak_of_everybody_and_every_place(stage: Stage) -> None:
    assert [who for who, _ in _cells(TO_SOMEBODY)] == list(stage.people)
    assert [where for where, _ in _cells(IN_A_CHANNEL)] == [name for name in stage.places if name not in ARCHIVED]
