"""Reminders: kept, listed, dropped, posted once to the person alone, with where the archive tells of it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy.orm import Session

from bot.application import Application
from bot.reminding.reminders import MOST, Reminders, TooManyReminders
from bot.reminding.running import Reminding
from bot.reminding.texts import TEXTS, USAGE
from bot.truth.erasing import Scope, erase_around
from connectors.connector import Post, PostRefused, Revision, Utterance
from connectors.events import PersonRef, RecordId
from tests.builders import at, channel, person, posted
from tests.fakes.reply import RecordingReply
from tests.quick_application import archive, quick_application

ANN = person("Ann")


class PostingConnector:
    """Takes posts, unless it is told to fail."""

    name = "console"

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.failure: Exception | None = None

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def revise(self, revision: Revision) -> None: ...

    async def post(self, post: Post) -> RecordId | None:
        if self.failure is not None:
            raise self.failure
        self.posts.append(post)
        return None


@pytest_asyncio.fixture
async def application() -> AsyncIterator[Application]:
    async with quick_application() as opened:
        await archive(
            opened, posted(1, "The pump contract is signed by Maya", author="Ann"), posted(2, "Lunch is late")
        )
        yield opened


def _reminding(application: Application, connector: PostingConnector, now: datetime) -> Reminding:
    return Reminding(
        reminders=Reminders(application.database),
        finder=application.finder,
        permissions=application.permissions,
        connectors={"console": connector},
        zone=application.zone,
        now=lambda: now,
    )


async def _said(application: Application, text: str, *, by: PersonRef = ANN) -> str:
    reply = RecordingReply()
    utterance = Utterance(
        kind="command",
        text=text,
        channel=channel(),
        person=by,
        record_id=None,
        thread_id=None,
        said_at=at(5000),
    )
    await application.conversation.converse(utterance, reply)
    return reply.answer.text


async def test_a_reminder_is_kept_listed_and_posted_once_with_its_sources_but_not_their_words(
    application: Application,
) -> None:
    assert "pump contract" in await _said(application, "/remind pump contract in 2 hours")
    assert "1." in await _said(application, "/remind list")
    connector, now = PostingConnector(), at(5000)
    assert await _reminding(application, connector, now).post_due() == 0
    later = now + timedelta(days=3650)
    assert await _reminding(application, connector, later).post_due() == 1
    (post,) = connector.posts
    assert post.person is not None
    assert post.person.person_id == ANN.person_id
    assert post.channel is None
    assert "pump contract" in post.text
    assert [citation.quote for citation in post.citations] == [""]
    assert "signed by Maya" not in post.text, "words of messages would outlive them"
    assert await _reminding(application, connector, later).post_due() == 0
    assert "no reminders" in await _said(application, "/remind list")


async def test_one_that_cannot_be_posted_comes_later_and_one_that_is_refused_never(application: Application) -> None:
    await _said(application, "/remind pump contract in 2 hours")
    connector, later = PostingConnector(), at(5000) + timedelta(days=3650)
    connector.failure = TimeoutError()
    assert await _reminding(application, connector, later).post_due() == 0
    connector.failure = None
    assert await _reminding(application, connector, later).post_due() == 0, "it waits"
    assert await _reminding(application, connector, later + timedelta(minutes=2)).post_due() == 1
    await _said(application, "/remind lunch in 2 hours")
    connector.failure = PostRefused("person_gone")
    assert await _reminding(application, connector, later).post_due() == 0
    assert await Reminders(application.database).next_due() is None


async def test_one_is_dropped_by_its_number_and_those_of_others_are_not_seen(application: Application) -> None:
    await _said(application, "/提醒 明天 合同")
    assert "没有第 2 个" in await _said(application, "/提醒 取消 2")
    assert "没有提醒" in await _said(application, "/提醒 列表", by=person("Bo"))
    assert "合同" in await _said(application, "/提醒 取消 1")
    assert "没有提醒" in await _said(application, "/提醒")


async def test_nobody_keeps_more_than_a_few_dozen(application: Application) -> None:
    reminders = Reminders(application.database)

    async def add() -> None:
        await reminders.add(
            person=ANN, workspace_id="", channel_id="c", text="x", language="en", due_at=at(9000), now=at(1)
        )

    for _ in range(MOST):
        await add()
    with pytest.raises(TooManyReminders):
        await add()


async def test_without_a_time_or_words_it_says_what_is_missing(application: Application) -> None:
    assert "When shall I" in await _said(application, "/remind pump contract")
    assert "Remind you of what" in await _said(application, "/remind tomorrow")
    assert "over" in await _said(application, "/remind 2020-01-01 x")


def test_every_text_exists_in_both_languages() -> None:
    assert all(set(texts) == {"zh", "en"} for texts in [*TEXTS.values(), USAGE])


async def test_who_is_forgotten_is_reminded_of_nothing(application: Application) -> None:
    await _said(application, "/remind pump contract in 2 hours")
    scope = Scope(person_id=ANN.person_id, before=at(6000))
    async with application.database.begin() as connection:
        await connection.run_sync(lambda sync: erase_around(Session(sync), scope))
    assert await Reminders(application.database).next_due() is None
