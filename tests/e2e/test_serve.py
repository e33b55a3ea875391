"""The real thing: ``shiguang demo`` as a process, with the real embedding model and a real language model.

The last test is what a newcomer does, with nothing replaced: a browser, a starter question, its source, a thumb.
"""

import asyncio
import re
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sample.archive import STARTER_QUESTIONS
from tests.e2e.conftest import Demo
from tests.e2e.console_client import ConsoleClient, console
from tests.e2e.real_models import SETTINGS, home_with_models, needs_models
from tests.e2e.test_console_browser import CHROMIUM, DRIVER, Page, driver
from tests.processes import Serving, end, environment, serve
from tests.waiting import eventually

pytestmark = [pytest.mark.model, needs_models, pytest.mark.timeout(600)]
__all__ = ["driver"]  # the fixture
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None,
    reason="NOT TESTED: no Chromium here. Install chromium and chromium-driver to test the pages",
)
_ANSWER = ".message[data-record] .answer"
_SOON = 30.0
"""Seconds within which an edit or a deletion is surely seen by the search, on a machine that does much else."""
_ANSWERED = 200.0


async def _started(command: str, home: Path, log: Path) -> Serving:
    env = environment(home, SHIGUANG_WEB__PORT="0", **SETTINGS)
    return await serve(command, env=env, log=log, module="bot")


async def _asked(client: ConsoleClient, channel: str, question: str) -> tuple[str, dict[str, Any]]:
    """Ask and wait for the end; returns the ask and the answer."""
    ask = str((await client.say(channel, question))["ask_id"])

    async def finished() -> dict[str, Any] | None:
        assert client.step(ask, "failed") is None, client.step(ask, "failed")
        return client.step(ask, "finished")

    step = await eventually(finished, seconds=_ANSWERED)
    assert step is not None
    return ask, step


async def test_the_page_answers_and_the_sample_is_searchable(demo: Demo) -> None:
    async with aiohttp.ClientSession(demo.base) as http, http.get("/") as response:
        assert response.status == 200
        assert "拾光" in await response.text()
    async with console(demo.base, name="Newcomer") as client:
        assert await client.found("How long is the warranty on the JL-P19 pump?")

        async def quotation_is_read() -> bool:
            entries = (await client.get("/api/timeline", text="静澜 质保 18 months warranty", kind="file"))["entries"]
            return any(file["name"].endswith(".pdf") for entry in entries[:1] for file in entry["files"])

        await eventually(quotation_is_read, seconds=120)
        about = await client.get("/api/console")
        assert about["suggestions"]["en"]
        assert about["suggestions"]["zh"]


_TOLD = (
    ("The visitors from Foxglove arrive at 14:30 on Thursday.", "When do the visitors from Foxglove arrive?", "14:30"),
    (
        "The printer on the second floor is called Hornbeam.",
        "What is the printer on the second floor called?",
        "Hornbeam",
    ),
    ("The parking space for guests costs 12 euros a day.", "How much does the parking space for guests cost?", "12"),
    ("Ottokar looks after the coffee machine.", "Who looks after the coffee machine?", "Ottokar"),
    ("The team lunch is at the restaurant Saffron.", "Where is the team lunch?", "Saffron"),
    ("The badge office is in room B207.", "In which room is the badge office?", "B207"),
)
"""What is said, what is asked about it, and what the answer holds."""


async def test_a_question_gets_sources_then_words_then_a_cited_answer(demo: Demo) -> None:
    async with console(demo.base, name="Ann") as ann, ann.listening():
        launch = await _channel(ann, "launch")
        for fact, question, told_word in _TOLD:
            told = (await ann.say(launch, fact))["record_id"]
            await eventually(partial(_finds, ann, fact, told), seconds=60)
            ask, finished = await _asked(ann, launch, f"@拾光 {question}")
            phases = list(dict.fromkeys(ann.phases(ask)))
            answer = finished["answer"]
            # Only sentences that passed the check are shown on the way.
            words = [] if answer["abstained"] else ["delta"]
            assert [phase for phase in phases if phase != "status"] == ["started", "sources", *words, "finished"]
            assert told_word in answer["text"], "in the model's words, or in the original that is shown instead"
            await _check_citations(ann, answer, told)
            posted = await ann.message(finished["record_id"])
            assert (posted["answer"]["answer_id"], posted["thread_id"]) == (answer["answer_id"], ask)
            if not answer["abstained"]:
                break
        else:
            pytest.fail("the small model phrases at least one of these answers by itself, whatever day it is")


async def _check_citations(client: ConsoleClient, answer: dict[str, Any], expected: str) -> None:
    """Numbers in the text and citations agree, and each citation opens its message in its channel."""
    cited = {citation["n"]: citation["record_id"] for citation in answer["citations"]}
    assert set(map(int, re.findall(r"\[(\d+)\]", answer["text"]))) == set(cited)
    assert expected in cited.values()
    for record in cited.values():
        opened = (await client.get("/api/message", id=record))["message"]
        around = await client.get("/api/messages", channel=opened["channel_id"], around=record)
        heads = {message["record_id"] for message in around["messages"]}
        assert opened["record_id"] == record
        assert (opened["thread_id"] or record) in heads


async def test_an_edit_and_a_deletion_are_seen_by_the_search_soon(demo: Demo) -> None:
    async with console(demo.base, name="Ann") as ann:
        general = await _channel(ann, "launch")
        record = (await ann.say(general, "the spare key is under the flowerpot"))["record_id"]
        await eventually(lambda: _finds(ann, "spare key flowerpot", record), seconds=_SOON)
        await ann.patch("/api/messages", {"record_id": record, "text": "the spare key is in the letterbox"})

        async def edited() -> bool:
            texts = await ann.texts("where is the spare key?")
            return any("letterbox" in text for text in texts) and not any("flowerpot" in text for text in texts)

        await eventually(edited, seconds=_SOON)
        await ann.delete("/api/messages", id=record)

        async def gone() -> bool:
            return not await _finds(ann, "where is the spare key?", record)

        await eventually(gone, seconds=_SOON)


async def test_a_private_channel_is_hidden_from_everybody_else(demo: Demo) -> None:
    async with console(demo.base, name="Ann") as ann, console(demo.base, name="Ben") as ben, ben.listening():
        created = await ann.post(
            "/api/channels", {"client_id": "secret-channel", "name": "secret", "visibility": "private"}
        )
        secret = created["channel"]["channel_id"]
        record = (await ann.say(secret, "the merger with Marigold is on Friday"))["record_id"]
        await eventually(lambda: _finds(ann, "merger Marigold", record), seconds=60)
        assert secret not in {channel["channel_id"] for channel in (await ben.get("/api/channels"))["channels"]}
        assert not any("Marigold" in text for text in await ben.texts("merger with Marigold"))
        assert await ben.status("/api/messages", channel=secret) == 403
        assert await ben.status("/api/message", id=record) == 403
        direct = next(
            channel for channel in (await ben.get("/api/channels"))["channels"] if channel["visibility"] == "direct"
        )["channel_id"]
        _, finished = await _asked(ben, direct, "When is the merger with Marigold?")
        assert "Marigold is on Friday" not in finished["answer"]["text"]
        assert record not in {citation["record_id"] for citation in finished["answer"]["citations"]}
        assert not [step for step in ben.steps if "Marigold is on" in str(step)]


async def test_a_verdict_and_every_message_outlive_a_kill_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    home = home_with_models(tmp_path / "home")
    server = await _started("serve", home, tmp_path / "1.log")
    try:
        async with console(server.base, name="Ann") as ann, ann.listening():
            general = await ann.channel_id("general")
            told = (await ann.say(general, "The password of the guest wifi is heliotrope-42."))["record_id"]
            await eventually(lambda: _finds(ann, "guest wifi password", told), seconds=60)
            _, finished = await _asked(ann, general, "@拾光 What is the password of the guest wifi?")
            answer = finished["answer"]
            await ann.put("/api/verdicts", {"answer_id": answer["answer_id"], "verdict": "up"})
            again = (await ann.say(general, "@拾光 Who told us the password of the wifi?"))["ask_id"]
            await eventually(lambda: _reached(ann, again, "sources"), seconds=60)
            server.process.kill()
            await server.process.wait()
        server = await _started("serve", home, tmp_path / "2.log")
        async with console(server.base, name="Ann") as ann:
            shown = await ann.message(finished["record_id"])
            assert shown["verdict"] == "up"
            assert shown["answer"]["text"] == answer["text"]

            async def both_are_there() -> bool:
                page = await ann.get("/api/messages", channel=general)
                return {told, again} <= {message["record_id"] for message in page["messages"]}

            await eventually(both_are_there)
            await eventually(lambda: _finds(ann, "guest wifi password", told), seconds=60)
        assert await server.stop() == 0
    finally:
        await end(server.process)


@pytest.mark.browser
@needs_chromium
def test_a_newcomer_asks_reads_the_source_and_presses_the_thumb(demo: Demo, driver: Any) -> None:
    page = Page(driver, demo)  # type: ignore[arg-type]  # of the server it needs the address alone
    page.size(1280, 800)
    driver.get(f"{demo.base}/console/icon.svg")
    driver.execute_script("localStorage.clear(); sessionStorage.clear()")
    page.enter("Priya")
    question = STARTER_QUESTIONS["en"][0]
    page.click(".welcome button", question[:20])
    page.wait(lambda: page.all(".answer.streaming .source"), seconds=60)
    page.wait(lambda: not page.all(".answer.streaming") and page.all(f"{_ANSWER} .cite"), seconds=120)
    cite = f"{_ANSWER} .cite"
    assert re.fullmatch(r"\[?\d+\]?", page.wait(lambda: page.find(cite).text).strip())
    answer_url = driver.current_url
    page.click(cite)
    page.wait(lambda: page.all(".message.flash") or page.all("#panel .page.cited"))
    assert "message=" in driver.current_url or page.all("#panel .page.cited")
    driver.get(answer_url)
    page.ready()
    thumb = f'{_ANSWER} [data-verdict="up"]'
    page.click(thumb)
    page.wait(lambda: page.find(thumb).get_attribute("aria-pressed") == "true")
    driver.refresh()
    page.ready()
    page.wait(lambda: page.find(thumb).get_attribute("aria-pressed") == "true")


async def _channel(client: ConsoleClient, name: str) -> str:
    """The channel whose name ends so."""
    channels = (await client.get("/api/channels"))["channels"]
    return str(next(channel["channel_id"] for channel in channels if channel["name"].endswith(name)))


async def _finds(client: ConsoleClient, words: str, record: str) -> bool:
    return record in await client.found(words)


async def _reached(client: ConsoleClient, ask_id: str, phase: str) -> bool:
    await asyncio.sleep(0)
    return phase in client.phases(ask_id)
