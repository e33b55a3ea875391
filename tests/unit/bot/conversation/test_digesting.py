"""``/digest`` and ``/日报``: now, daily or weekly, off, and what is set up."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.application import Application
from bot.truth.tables import DigestRow
from connectors.connector import Utterance, UtteranceKind
from connectors.events import ChannelRef, MembershipChanged
from tests.builders import at, channel, opened, person, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, conversation_with, quick_application

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAUNCH, SECRET = channel("launch", "private"), channel("secret", "private")
DIRECT = channel("direct-ann", "direct")
NOW = at(10 * 60)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def application() -> AsyncIterator[Application]:
    async with quick_application() as running:
        ann, bo = person("Ann"), person("Bo")
        await archive(
            running,
            opened(LAUNCH, (ann, bo)),
            opened(SECRET, (bo,)),
            opened(DIRECT, (ann, person("bot", is_bot=True))),
            posted(1, "We decided: the launch moves to 8 December.", author="Bo", place=LAUNCH),
            posted(2, "Ann, please send the quotation to finance by Friday.", author="Bo", place=LAUNCH),
            posted(3, "We decided: nobody tells Ann about the party.", author="Bo", place=SECRET),
        )
        yield running


async def _say(
    application: Application,
    text: str,
    *,
    place: ChannelRef = LAUNCH,
    by: str = "Ann",
    kind: UtteranceKind = "command",
) -> RecordingReply:
    utterance = Utterance(
        kind=kind, text=text, channel=place, person=person(by), record_id=None, thread_id=None, said_at=NOW
    )
    reply = RecordingReply()
    await conversation_with(application, [""] * 20).converse(utterance, reply)
    return reply


@pytest.mark.parametrize("text", ["/digest", "/日报", "/摘要"])
async def test_now_tells_what_happened_here_since_yesterday(application: Application, text: str) -> None:
    reply = await _say(application, text)
    assert reply.names[0] == "status"
    assert "8 December" in reply.answer.text
    assert reply.answer.reason == "digest"
    assert {one.record_id for one in reply.answer.citations} <= {"m1", "m2"}
    assert "party" not in reply.answer.text


async def test_in_a_direct_chat_it_tells_of_every_channel_of_the_person_and_no_other(application: Application) -> None:
    """Invariant 4."""
    reply = await _say(application, "/digest", place=DIRECT)
    assert "8 December" in reply.answer.text
    assert "party" not in reply.answer.text
    reply = await _say(application, "/digest", place=DIRECT, by="Bo")
    assert "party" in reply.answer.text


class _LeavingReply(RecordingReply):
    """While it says how far it is, the person leaves a channel."""

    def __init__(self, application: Application, left: MembershipChanged) -> None:
        super().__init__()
        self._application = application
        self._left = left

    async def status(self, text: str) -> None:
        """Leave."""
        await super().status(text)
        if text.startswith("Read "):
            await archive(self._application, self._left)


async def test_of_a_channel_that_is_left_while_it_is_made_it_tells_nothing(application: Application) -> None:
    """Invariant 4."""
    cy, club, direct = person("Cy"), channel("club", "private"), channel("direct-cy", "direct")
    await archive(
        application,
        opened(club, (cy, person("Bo"))),
        opened(direct, (cy, person("bot", is_bot=True))),
        posted(50, "We decided: the club buys tangerine chairs.", author="Bo", place=club),
    )
    assert "tangerine" in (await _say(application, "/digest", place=direct, by="Cy")).answer.text
    left = MembershipChanged(event_id="cy-left", occurred_at=at(500), channel=club, person=cy, present=False)
    reply = _LeavingReply(application, left)
    utterance = Utterance(
        kind="command", text="/digest", channel=direct, person=cy, record_id=None, thread_id=None, said_at=NOW
    )
    await conversation_with(application, [""] * 20).converse(utterance, reply)
    assert "tangerine" not in str(reply.steps)
    assert "club" not in str(reply.steps)


async def test_asked_for_by_a_mention_it_stays_and_is_kept(application: Application) -> None:
    reply = await _say(application, "/digest", kind="mention")
    async with application.database.read() as connection:
        state = await connection.scalar(select(DigestRow.state).where(DigestRow.digest_id == reply.answer.answer_id))
    assert state == "posted"


async def test_a_quiet_day(application: Application) -> None:
    utterance = Utterance(
        kind="command", text="/digest", channel=LAUNCH, person=person("Ann"), record_id=None, thread_id=None,
        said_at=NOW + timedelta(days=30),
    )  # fmt: skip
    reply = RecordingReply()
    await conversation_with(application, []).converse(utterance, reply)
    assert reply.answer.text.endswith("Nobody said anything.")


async def test_set_up_changed_listed_and_ended(application: Application) -> None:
    said = (await _say(application, "/digest daily 18:30")).answer.text
    assert "every day at 18:30 (Asia/Shanghai), the first one on Tue 3 Nov 18:30" in said
    said = (await _say(application, "/日报 每周一 9:00 没事不发")).answer.text
    assert said.startswith(
        "好的：每周一 09:00（Asia/Shanghai）在这里发周报，第一份在 11月9日 周一 09:00。没什么可讲时不发。"
    )
    [schedule] = await application.schedules.enabled()
    assert (schedule.timing.period, schedule.skip_quiet, schedule.language) == ("weekly", True, "zh")
    assert "every Monday at 09:00" in (await _say(application, "/digest list")).answer.text
    assert (await _say(application, "/日报 关")).answer.text == "好的，这里不再发日报和周报。"
    assert (await _say(application, "/日报 关")).answer.text == "这里没有设置日报或周报。"
    assert await application.schedules.enabled() == []


async def test_a_digest_comes_in_the_language_it_was_set_up_in(application: Application) -> None:
    utterance = Utterance(
        kind="command", text="/日报 每天", channel=LAUNCH, person=person("Ann"), record_id=None, thread_id=None,
        said_at=NOW, language="en",
    )  # fmt: skip
    reply = RecordingReply()
    await conversation_with(application, []).converse(utterance, reply)
    assert reply.answer.text.startswith("好的")
    [schedule] = await application.schedules.enabled()
    assert schedule.language == "zh"
    await _say(application, "/digest off")


async def test_to_me_alone(application: Application) -> None:
    said = (await _say(application, "/digest me daily 08:30 #launch Europe/Berlin")).answer.text
    assert "of #launch to you alone every day at 08:30 (Europe/Berlin)" in said
    schedule = await application.schedules.of_person(person("Ann").person_id)
    assert schedule is not None
    assert schedule.channel_ids == (LAUNCH.channel_id,)
    said = (await _say(application, "/digest daily", place=DIRECT)).answer.text
    assert "every channel you are in to you alone every day at 09:00" in said
    assert (await _say(application, "/digest me off")).answer.text == "Done: no more digests to you."


async def test_of_a_channel_that_one_may_not_read_there_is_none(application: Application) -> None:
    assert (await _say(application, "/digest me daily #secret")).notice.code == "not_found"


async def test_who_is_not_in_a_channel_sets_up_nothing_there(application: Application) -> None:
    assert (await _say(application, "/digest daily", place=SECRET)).notice.code == "not_permitted"
    assert (await _say(application, "/digest off", place=SECRET)).notice.code == "not_permitted"


@pytest.mark.parametrize("text", ["/digest hourly", "/digest daily 09:00 Mars/Base"])
async def test_what_is_not_understood_is_told_with_what_was_expected(application: Application, text: str) -> None:
    assert (await _say(application, text)).notice.code == "bad_input"
