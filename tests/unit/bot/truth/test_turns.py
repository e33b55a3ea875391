"""Earlier turns: of the thread, or lately in a direct chat; what was deleted or withdrawn is none."""

from bot.application import Application
from bot.truth.turns import Turn, earlier_turns
from connectors.connector import Utterance
from connectors.events import ChannelRef, RecordId
from tests.builders import at, channel, deleted, person, posted
from tests.quick_application import archive

DIRECT = channel("dm-ann", "direct")


async def _turns(
    application: Application, number: int, *, thread: int | None = None, place: ChannelRef | None = None
) -> list[Turn]:
    utterance = Utterance(
        kind="thread", text="and when?", channel=place or channel(), person=person("Ann"),
        record_id=RecordId(f"m{number}"), thread_id=None if thread is None else RecordId(f"m{thread}"),
        said_at=at(number),
    )  # fmt: skip
    return list(await earlier_turns(application.database, utterance))


async def test_a_thread_with_its_head_oldest_first_without_the_utterance_itself(application: Application) -> None:
    await archive(
        application,
        posted(1, "Who signs?", author="Ann"),
        posted(2, "Maya signs", author="Bo", thread=1),
        posted(3, "elsewhere"),
        posted(4, "and when?", author="Ann", thread=1),
        posted(5, "later", thread=1),
    )
    assert [(turn.author, turn.text) for turn in await _turns(application, 4, thread=1)] == [
        ("Ann", "Who signs?"),
        ("Bo", "Maya signs"),
    ]
    assert await _turns(application, 6) == []
    await archive(application, deleted(2))
    assert [turn.record_id for turn in await _turns(application, 4, thread=1)] == ["m1"]


async def test_a_thread_of_another_channel_is_not_read(application: Application) -> None:
    board = channel("board", "private")
    await archive(application, posted(1, "the secret", place=board), posted(2, "more", place=board, thread=1))
    assert await _turns(application, 3, thread=1) == []
    assert len(await _turns(application, 3, thread=1, place=board)) == 2


async def test_a_direct_chat_is_remembered_for_half_an_hour(application: Application) -> None:
    await archive(application, posted(1, "Who signs?", place=DIRECT), posted(20, "Maya", place=DIRECT))
    assert [turn.text for turn in await _turns(application, 40, place=DIRECT)] == ["Maya"]


async def test_an_answer_without_its_row_is_the_bots_and_has_no_question(application: Application) -> None:
    await archive(application, posted(1, "Here! Ask me", place=DIRECT, answer_id="said-1"))
    [turn] = await _turns(application, 2, place=DIRECT)
    assert (turn.by_bot, turn.question, turn.cited) == (True, "", ())
