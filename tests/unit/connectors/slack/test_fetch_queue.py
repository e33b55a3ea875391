"""The order of files to fetch: bounded (invariant 7), today's first, each once, after its pause."""

import asyncio

import pytest

from connectors.slack.fetch_queue import FetchJob, FetchQueue, job_of_note


async def test_todays_files_come_before_those_of_history_and_each_in_its_order() -> None:
    queue = FetchQueue()
    for job in (
        FetchJob(file_id="old", is_history=True),
        FetchJob(file_id="older", is_history=True),
        FetchJob(file_id="new"),
        FetchJob(file_id="newer"),
    ):
        assert queue.put(job)
    assert [job.file_id for job in [await queue.next() for _ in range(4)] if job] == ["new", "newer", "old", "older"]
    assert await queue.next() is None


async def test_history_is_left_alone_where_it_is_not_asked_for() -> None:
    queue = FetchQueue()
    queue.put(FetchJob(file_id="old", is_history=True))
    assert await queue.next(history=False) is None
    queue.put(FetchJob(file_id="new"))
    job = await queue.next(history=False)
    assert job is not None
    assert job.file_id == "new"


async def test_wishes_for_the_same_file_are_one() -> None:
    queue = FetchQueue()
    queue.put(FetchJob(file_id="F1", is_history=True, file={"size": 1}))
    queue.put(FetchJob(file_id="F1", is_changed=True, is_doubtful=True))
    job = await queue.next()
    assert job == FetchJob(file_id="F1", is_changed=True), "of today, and what the message said is out of date"
    assert len(queue) == 0


async def test_no_more_than_there_is_room_for() -> None:
    queue = FetchQueue(most=1)
    assert queue.put(FetchJob(file_id="F1"))
    assert not queue.put(FetchJob(file_id="F2"))
    assert queue.put(FetchJob(file_id="F1", is_changed=True)), "it is there already"
    queue.drop("F1")
    assert queue.put(FetchJob(file_id="F2"))


async def test_a_pause_is_kept_and_others_go_first() -> None:
    queue = FetchQueue()
    loop = asyncio.get_running_loop()
    queue.put(FetchJob(file_id="later", due=loop.time() + 3_600))
    queue.put(FetchJob(file_id="old", is_history=True))
    first = await queue.next()
    due = loop.time() + 0.05
    queue.put(FetchJob(file_id="later", due=due))
    second = await queue.next()
    assert first is not None
    assert second is not None
    assert (first.file_id, second.file_id) == ("old", "later")
    assert loop.time() >= due


@pytest.mark.parametrize("change", ["put", "drop"])
async def test_who_waits_for_a_pause_notices_what_comes_and_goes(change: str) -> None:
    queue = FetchQueue()
    queue.put(FetchJob(file_id="later", due=asyncio.get_running_loop().time() + 60))
    waiting = asyncio.create_task(queue.next())
    await asyncio.sleep(0)
    if change == "put":
        queue.put(FetchJob(file_id="now"))
    else:
        queue.drop("later")
    job = await asyncio.wait_for(waiting, 30)
    assert (job.file_id if job else None) == ("now" if change == "put" else None)


def test_a_note_holds_what_must_survive_and_no_words() -> None:
    job = FetchJob(
        file_id="F1",
        is_history=True,
        is_changed=True,
        is_doubtful=True,
        tries=3,
        told="file_too_slow",
        file={"name": "secret plan.pdf"},
        due=9.0,
    )
    assert "secret" not in str(job.note())
    assert job_of_note("F1", job.note()) == FetchJob(
        file_id="F1", is_history=True, is_changed=True, is_doubtful=True, tries=3, told="file_too_slow"
    )
