"""A message stands in another channel now, as after a corrected import: where it was, nothing is left of it."""

import pytest

from connectors.events import ChannelRef, MessagePosted
from knowledge.lexical import sparse_query, terms
from knowledge.passage import Audience, ChannelId
from knowledge.qdrant.schema import CONTEXT
from tests.builders import at, channel, opened, person, posted
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _moved(event: MessagePosted, place: ChannelRef) -> MessagePosted:
    return event.model_copy(update={"event_id": f"{event.event_id}-moved", "channel": place, "edited_at": at(60)})


async def _around(stage: Stage, words: str, place: ChannelRef) -> set[str]:
    found = await stage.application.store.lexical(
        CONTEXT, sparse_query(terms(words)), audience=Audience(frozenset({ChannelId(place.channel_id)})), limit=50
    )
    return {str(hit.passage.record_id) for hit in found}


async def test_its_words_leave_the_channel_with_it(stage: Stage) -> None:
    lobby, board = channel("lobby1"), channel("board1", "private")
    secret = posted(2, "salaries in porphyry", place=lobby)
    await stage.tell(
        opened(lobby, (person("Ben"),)),
        opened(board, (person("Ann"),)),
        posted(1, "what about it?", place=lobby),
        secret,
        posted(3, "ok, noted", place=lobby),
    )
    answer = await stage.answer("What about salaries?", "Salaries in porphyry.", lobby)
    await stage.tell(posted(4, answer.text, place=lobby, answer_id=answer.answer_id, author="bot"))
    assert await _around(stage, "porphyry", lobby) == {"m1", "m2", "m3"}
    await stage.tell(_moved(secret, board))
    assert await _around(stage, "porphyry", lobby) == set()
    assert await _around(stage, "porphyry", board) == {"m2"}
    assert "m2" not in await stage.found("porphyry", by="console:Ben")
    assert "porphyry" not in (await stage.views(lobby, by="console:Ben"))["m4"].text


async def test_a_late_former_version_does_not_bring_it_back(stage: Stage) -> None:
    lobby, board = channel("lobby2"), channel("board2", "private")
    secret = posted(10, "bonus in serpentine", place=lobby)
    await stage.tell(opened(board, (person("Ann"),)), _moved(secret, board), secret)
    assert await _around(stage, "serpentine", lobby) == set()
    assert await stage.timeline(lobby) == []


async def test_before_the_archive_follows_it_is_shown_to_nobody_who_may_not_read_it(stage: Stage) -> None:
    lobby, board = channel("lobby3"), channel("board3", "private")
    secret = posted(20, "shares in travertine", place=lobby)
    await stage.tell(opened(lobby, (person("Ben"),)), opened(board, (person("Ann"),)), secret)
    await stage.application.inbox.append([_moved(secret, board)])
    await stage.application.archivist.apply_batch()
    assert await _around(stage, "travertine", lobby) == {"m20"}, "the archive was not written yet"
    assert "m20" not in await stage.found("travertine", by="console:Ben")
