import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import bot.sample
from bot.evaluation.questions import EvaluationQuestion
from bot.file_store import FileStore, FileTooLargeError
from bot.sample import STARTER_QUESTIONS, sample_events, sample_questions
from bot.sample.shift import TEAM_ZONE
from connectors.events import (
    ChannelChanged,
    Event,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    PersonId,
    ReactionChanged,
)
from knowledge.filetext import FileReader

NOW = datetime(2027, 2, 20, 9, tzinfo=TEAM_ZONE)
FOLDER = Path(bot.sample.__file__).parent
FINANCE = "console:sample:finance"
HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN_WORDS = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]+){3,}")


@pytest.fixture
def file_store(tmp_path: Path) -> Iterator[FileStore]:
    store = FileStore(tmp_path / "files", max_bytes=2_000_000)
    store.open()
    yield store
    store.close()


@pytest.fixture
def events(file_store: FileStore) -> list[Event]:
    return sample_events(NOW, file_store)


def posted(events: list[Event]) -> list[MessagePosted]:
    return [event for event in events if isinstance(event, MessagePosted)]


def last_texts(events: list[Event]) -> dict[str, str]:
    """What is left of each message after edits and deletions."""
    texts: dict[str, str] = {}
    for event in events:
        if isinstance(event, MessagePosted | MessageEdited):
            texts[event.record_id] = event.text
        elif isinstance(event, MessageDeleted):
            del texts[event.record_id]
    return texts


def the(qid: str) -> EvaluationQuestion:
    [found] = [question for question in sample_questions(NOW) if question.qid == qid]
    return found


def test_the_size_is_that_of_a_small_team(events: list[Event]) -> None:
    messages = posted(events)
    assert 220 <= len(messages) <= 320
    assert len({message.author.person_id for message in messages}) == 7
    per_channel = Counter(message.channel.channel_id for message in messages)
    assert len(per_channel) == 3
    assert min(per_channel.values()) >= 30
    assert len({message.occurred_at.date() for message in messages}) >= 28
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 400_000


def test_ids_are_unique_and_the_same_whenever_it_is_loaded(events: list[Event], file_store: FileStore) -> None:
    ids = [event.event_id for event in events]
    assert len(set(ids)) == len(ids)
    assert all(event_id.startswith("console:sample:") for event_id in ids)
    records = [message.record_id for message in posted(events)]
    assert len(set(records)) == len(records)
    later = sample_events(NOW + timedelta(days=400), file_store)
    assert sorted(event.event_id for event in later) == sorted(ids)


def test_loading_again_gives_the_same_events(events: list[Event], file_store: FileStore) -> None:
    assert sample_events(NOW.replace(hour=23), file_store) == events


def test_the_six_weeks_end_yesterday(events: list[Event]) -> None:
    days = [message.occurred_at.astimezone(TEAM_ZONE).date() for message in posted(events)]
    assert max(days) == NOW.date() - timedelta(days=1)
    assert timedelta(days=37) <= max(days) - min(days) <= timedelta(days=42)
    assert max(event.occurred_at for event in events) < NOW.replace(hour=0)


def test_dates_said_in_messages_move_with_them(events: list[Event], file_store: FileStore) -> None:
    [evidence] = the("sample-01").evidence
    assert "改到 02-22" in last_texts(events)[evidence]
    later = sample_events(NOW + timedelta(days=100), file_store)
    assert "改到 06-02" in last_texts(later)[evidence]
    assert "{{" not in "".join(last_texts(later).values())


def test_events_are_in_order_of_time_and_channels_come_first(events: list[Event]) -> None:
    times = [event.occurred_at for event in events]
    assert times == sorted(times)
    assert all(isinstance(event, ChannelChanged) for event in events[:3])


def test_only_members_are_in_the_private_channel(events: list[Event]) -> None:
    channels = {event.channel.channel_id: event for event in events if isinstance(event, ChannelChanged)}
    visibilities = Counter(event.channel.visibility for event in channels.values())
    assert visibilities == {"public": 2, "private": 1}
    members: dict[str, set[PersonId]] = {
        channel_id: {person.person_id for person in event.members or ()} for channel_id, event in channels.items()
    }
    assert members["console:sample:finance"] == {"console:linwan", "console:wutong", "console:xiaoman"}
    assert len(members["console:sample:launch"]) == 7
    for message in posted(events):
        assert message.author.person_id in members[message.channel.channel_id]


def test_threads_lie_within_their_channel_and_follow_their_head(events: list[Event]) -> None:
    messages = {message.record_id: message for message in posted(events)}
    replies = [message for message in messages.values() if message.thread_id is not None]
    assert len(replies) >= 50
    for reply in replies:
        assert reply.thread_id is not None
        head = messages[reply.thread_id]
        assert head.thread_id is None
        assert head.channel == reply.channel
        assert head.occurred_at <= reply.occurred_at


def test_reactions_edits_and_a_deletion_follow_their_message(events: list[Event]) -> None:
    posted_at = {message.record_id: message.occurred_at for message in posted(events)}
    later = [event for event in events if isinstance(event, MessageEdited | MessageDeleted | ReactionChanged)]
    assert all(posted_at[event.record_id] < event.occurred_at for event in later)
    kinds = Counter(event.type for event in later)
    assert kinds["reaction_changed"] >= 100
    assert kinds["message_edited"] >= 3
    assert kinds["message_deleted"] == 1


def test_emoji_are_those_the_page_shows(events: list[Event]) -> None:
    shown = Path("connectors/console/static/js/emoji.js")
    page = (Path(__file__).parents[4] / shown).read_text("utf-8")
    for emoji in {event.emoji for event in events if isinstance(event, ReactionChanged)}:
        assert re.search(rf'[{{\s"]{re.escape(emoji)}"?: ', page), emoji


def test_what_was_deleted_is_nowhere_else(events: list[Event]) -> None:
    [deletion] = [event for event in events if isinstance(event, MessageDeleted)]
    [deleted] = [message for message in posted(events) if message.record_id == deletion.record_id]
    password = "hotpot-8842-miao"
    assert password in deleted.text
    assert all(password not in text for text in last_texts(events).values())


def test_the_files_are_in_the_store(events: list[Event], file_store: FileStore) -> None:
    files = [file for message in posted(events) for file in message.files]
    assert sorted(file.name.rpartition(".")[2] for file in files) == ["pdf", "png", "xlsx"]
    for file in files:
        assert file.sha256 is not None
        assert file_store.path(file.sha256).read_bytes() == (FOLDER / "files" / file.name).read_bytes()
        assert file.size_bytes == (FOLDER / "files" / file.name).stat().st_size


def test_a_store_that_is_too_small_says_so(tmp_path: Path) -> None:
    store = FileStore(tmp_path, max_bytes=1000)
    store.open()
    with pytest.raises(FileTooLargeError):
        sample_events(NOW, store)
    store.close()


@pytest.mark.parametrize("channel", ["launch", "engineering", "finance"])
def test_chinese_is_spoken_everywhere(events: list[Event], channel: str) -> None:
    texts = [message.text for message in posted(events) if message.channel.channel_id == f"console:sample:{channel}"]
    assert sum(bool(HAN.search(text)) for text in texts) >= len(texts) // 3


@pytest.mark.parametrize("channel", ["launch", "engineering"])
def test_english_is_spoken_as_well(events: list[Event], channel: str) -> None:
    texts = [message.text for message in posted(events) if message.channel.channel_id == f"console:sample:{channel}"]
    assert sum(bool(LATIN_WORDS.search(text)) and not HAN.search(text) for text in texts) >= len(texts) // 4


def test_questions_are_of_many_kinds_in_both_languages() -> None:
    questions = sample_questions(NOW)
    assert len({question.qid for question in questions}) == len(questions)
    assert len({question.question for question in questions}) == len(questions)
    answerable = [question for question in questions if question.answer is not None]
    assert len(answerable) >= 24
    chinese = sum(bool(HAN.search(question.question)) for question in answerable)
    assert 10 <= chinese <= len(answerable) - 10
    categories = Counter(question.category for question in questions)
    assert categories["unanswerable"] == 6
    assert categories["cross_language"] >= 8
    assert {"decision", "file_pdf", "file_sheet", "screenshot", "private", "same_language"} <= set(categories)


def test_evidence_exists_in_the_channel_of_its_question(events: list[Event]) -> None:
    messages: dict[str, MessagePosted] = {message.record_id: message for message in posted(events)}
    alive = last_texts(events)
    for question in sample_questions(NOW):
        assert bool(question.evidence) is (question.answer is not None)
        assert (question.answer is None) is (question.category == "unanswerable")
        for evidence in question.evidence:
            assert messages[evidence].channel.channel_id == question.channel
            assert evidence in alive
        if question.category != "unanswerable":
            assert (question.category == "private") is (question.channel == FINANCE)
        if question.category.startswith(("file_", "screenshot")):
            assert any(file for evidence in question.evidence for file in messages[evidence].files)


def test_questions_are_asked_after_the_last_message(events: list[Event]) -> None:
    last = max(event.occurred_at for event in events)
    for question in sample_questions(NOW):
        assert question.asked_at is not None
        assert last < question.asked_at < last + timedelta(days=1)


def test_dates_in_answers_move_with_the_messages() -> None:
    assert "02-22" in (the("sample-01").answer or "")
    assert "22 February" in (the("sample-02").answer or "")


def test_cross_language_questions_have_their_evidence_in_the_other_language(events: list[Event]) -> None:
    texts = last_texts(events)
    for question in sample_questions(NOW):
        if question.category == "cross_language":
            asked_in_chinese = bool(HAN.search(question.question))
            assert any(bool(HAN.search(texts[evidence])) is not asked_in_chinese for evidence in question.evidence), (
                question.qid
            )


def test_starter_questions_can_be_answered_by_everybody() -> None:
    known = {question.question: question for question in sample_questions(NOW)}
    assert {language: len(texts) for language, texts in STARTER_QUESTIONS.items()} == {"zh": 3, "en": 3}
    for language, texts in STARTER_QUESTIONS.items():
        for text in texts:
            assert known[text].answer is not None
            assert known[text].channel != FINANCE
            assert bool(HAN.search(text)) is (language == "zh")


async def test_the_files_can_be_read_and_hold_what_the_chat_does_not_say(events: list[Event]) -> None:
    said = "\n".join(last_texts(events).values())
    only_in = {
        "JL-Q-2207-pump-quotation.pdf": ("1", ["5,000 10.90 54,500.00", "付款方式 Payment"]),
        "launch-budget.xlsx": ("实际支出 Actuals", ["猫咪模特 3 只", "| 2400 |"]),
    }
    async with FileReader() as reader:
        for name, (label, fragments) in only_in.items():
            text = await reader.read(FOLDER / "files" / name)
            [page] = [page for page in text.pages if page.label == label]
            for fragment in fragments:
                assert fragment in page.text
                assert fragment not in said
        screenshot = await reader.read(FOLDER / "files" / "fleet-monitor.png")
    recognised = "".join(screenshot.text.split())
    for fragment in ("187/200", "E2031水位传感器超时", "Waterlevelsensortimeout23次", "B2=17"):
        assert fragment in recognised
    assert "187" not in said
    assert "E2031" not in said
