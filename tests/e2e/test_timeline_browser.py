"""The timeline page as people use it, in headless Chromium, over the real archive."""

import asyncio
import re
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from aiohttp import web
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from bot.application import Application
from bot.console_host import ConsoleHost
from connectors.console import ConsoleConnector
from connectors.events import ChannelRef, MessagePosted, PersonRef, RecordId
from tests.builders import channel, opened, person
from tests.e2e.test_console_browser import CHROMIUM, DRIVER, Page, driver
from tests.quick_application import archive, quick_application

__all__ = ["driver"]  # the fixture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None or DRIVER is None,
        reason="NOT TESTED: no Chromium here. Install chromium and chromium-driver to test the pages",
    ),
]

T = TypeVar("T")
LAUNCH, KITCHEN, BOARD = channel("launch"), channel("kitchen"), channel("board", "private")
TALK: tuple[tuple[str, str, ChannelRef, str, int | None], ...] = (
    ("2026-09-07T02:00", "Ann", LAUNCH, "The pump comes from Hongyuan, 7.40 each", None),
    ("2026-09-07T02:05", "Ben", LAUNCH, "Is the pump quiet enough?", 0),
    ("2026-09-07T02:06", "Ann", LAUNCH, "We measure it on Friday", 0),
    ("2026-09-07T02:09", "Cai", LAUNCH, "我带声级计", 0),
    ("2026-09-07T02:11", "Ben", LAUNCH, "Good, the one of the laboratory", 0),
    ("2026-09-08T04:00", "Cai", KITCHEN, "今天中午吃面吗？", None),
    ("2026-10-29T02:00", "Ann", LAUNCH, "Decided: the pump is changed to Jinglan", None),
    ("2026-10-29T02:02", "Ann", BOARD, "The pump contract costs us 30,000 more, keep it here", None),
    ("2026-10-29T17:00", "Ben", KITCHEN, "There is cake, said after midnight in Shanghai", None),
)


class Server:
    """The real console host over a real archive, in a thread with a loop of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._stack = AsyncExitStack()
        self.run(self._start)

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do something in the server's loop."""
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(timeout=60)

    async def _start(self) -> None:
        application = await self._stack.enter_async_context(quick_application())
        await _fill(application)
        host = ConsoleHost(
            confirmations=application.confirmations,
            database=application.database,
            finder=application.finder,
            archivist=application.archivist,
            permissions=application.permissions,
            file_store=application.file_store,
            zone=application.zone,
            inbox=application.inbox,
            conversation=application.conversation,
            answers=application.answers,
        )
        await application.archivist.start()
        self._stack.push_async_callback(application.archivist.close)
        console = ConsoleConnector(host, token=None)
        app = web.Application()
        console.setup(app)
        runner = web.AppRunner(app)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        await console.start()
        self._stack.push_async_callback(console.close)
        self.base = f"http://127.0.0.1:{runner.addresses[0][1]}"

    def close(self) -> None:
        """Stop everything."""
        self.run(self._stack.aclose)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _fill(application: Application) -> None:
    people: dict[str, PersonRef] = {name: person(name) for name in ("Ann", "Ben", "Cai")}
    events = [
        MessagePosted(
            event_id=f"e{number}",
            occurred_at=datetime.fromisoformat(time).replace(tzinfo=UTC),
            record_id=RecordId(f"m{number}"),
            channel=place,
            author=people[name],
            text=text,
            thread_id=RecordId(f"m{head}") if head is not None else None,
            files=(),
            permalink=None,
        )
        for number, (time, name, place, text, head) in enumerate(TALK)
    ]
    everybody = tuple(people.values())
    await archive(
        application,
        opened(LAUNCH, everybody),
        opened(KITCHEN, everybody),
        opened(BOARD, (people["Ann"],)),
        *events,
    )


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture
def page(driver: Any, server: Server) -> Iterator[Page]:
    """A fresh window; any complaint of the browser's console fails the test."""
    window = Page(driver, server)  # type: ignore[arg-type]  # of the server it needs the address alone
    window.size(1280, 900)
    driver.get(f"{server.base}/console/icon.svg")
    driver.execute_script("localStorage.clear(); sessionStorage.clear()")
    driver.get_log("browser")
    yield window
    complaints = [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
    assert not [text for text in complaints if not re.search(r"status of 4\d\d", text)], complaints


def shown(page: Page) -> list[str]:
    """The record ids on the page, in its order."""
    return [str(entry.get_attribute("data-record")) for entry in page.all(".entry")]


def counted(page: Page, name: str) -> dict[str, str]:
    """The choices of a filter and their counts."""
    rows = page.all(f'.choice[data-filter="{name}"]')
    return {row.find_element(By.CLASS_NAME, "name").text: row.find_element(By.CLASS_NAME, "count").text for row in rows}


def test_counts_follow_the_filters_and_hold_nothing_of_a_channel_that_may_not_be_read(page: Page) -> None:
    """Invariant 4."""
    page.enter("Ben", "/timeline")
    assert counted(page, "channel") == {"#launch": "6", "#kitchen": "2"}
    assert "contract" not in page.find("body").text
    page.click('.choice[data-filter="author"]', "Ann")
    page.wait(lambda: counted(page, "channel") == {"#launch": "3"})
    assert counted(page, "author") == {"Ann": "3", "Ben": "3", "Cai": "2"}
    page.find(".chosen .total", "3 records")
    assert "author=console%3AAnn" in page.driver.current_url
    page.driver.refresh()
    page.ready()
    assert counted(page, "channel") == {"#launch": "3"}
    page.driver.back()
    page.wait(lambda: len(counted(page, "channel")) == 2)


def test_a_conversation_is_folded_and_unfolds(page: Page) -> None:
    page.enter("Ben", "/timeline?period=day&day=2026-09-07")
    assert shown(page) == ["m0"]
    assert "4 more · Ben, Ann, Cai" in page.find(".fold").text
    page.click(".fold")
    page.wait(lambda: shown(page) == ["m0", "m1", "m2", "m3", "m4"])
    page.click(".fold")
    page.wait(lambda: shown(page) == ["m0"])


def test_periods_are_left_for_the_next_one_that_holds_something(page: Page) -> None:
    page.enter("Ben", "/timeline")
    page.click('[data-period="month"]')
    page.find("#period-title", "October 2026")
    # 17:00 UTC on the 29th is the 30th in Shanghai, wherever the browser is.
    assert shown(page) == ["m8", "m6"]
    page.find(".timeline-day", "30 October")
    page.click('[data-step="-1"]')
    page.find("#period-title", "September 2026")
    page.click('[data-period="week"]')
    page.find("#period-title", "7 Sept – 13 Sept")
    page.click('.bar-button[data-day="2026-09-08"]')
    page.find("#period-title", "Tuesday 8 September")
    page.wait(lambda: shown(page) == ["m5"])
    page.find("body").send_keys(Keys.ARROW_RIGHT)
    page.find("#period-title", "Thursday 29 October")
    page.find("body").send_keys("/")
    assert page.wait(lambda: page.driver.switch_to.active_element == page.find("input[type=search]"))


def test_a_category_is_corrected_in_one_tap_and_taken_back(page: Page) -> None:
    page.enter("Ben", "/timeline?period=day&day=2026-09-08")
    before = counted(page, "category").get("decision", "0")
    entry = page.find(".entry", "今天中午")
    page.script("arguments[0].querySelector('[data-tool=category]').focus()", entry)
    page.click('.entry [data-tool="category"]')
    page.click('.category-menu [data-category="decision"]')
    page.find('.entry .chip[data-category="decision"]')
    page.wait(lambda: counted(page, "category").get("decision") == str(int(before) + 1))
    page.driver.refresh()
    page.ready()
    page.find('.entry .chip[data-category="decision"]')
    page.click('.entry .chip[data-category="decision"] button')
    page.gone('.entry .chip[data-category="decision"]')
    page.click(".toast .link", "Undo")
    page.find('.entry .chip[data-category="decision"]')
    page.wait(lambda: counted(page, "category").get("decision") == str(int(before) + 1))


def test_a_story_is_told_in_order_with_what_lies_between(page: Page) -> None:
    page.enter("Ben", "/timeline")
    page.find("input[type=search]").send_keys("what happened with the pump?", Keys.ENTER)
    page.find(".story-about", "records about it")
    told = shown(page)
    assert told[0] == "m0"
    assert told[-1] == "m6"
    assert told == sorted(told)
    assert "m7" not in told
    page.find(".gap", "7 weeks later")
    assert "text=" in page.driver.current_url
    page.click('[data-view="found"]')
    page.find(".entry time", "7 Sept")
    page.click(".entry", "Decided: the pump")
    page.find(".message.flash", "Decided: the pump")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_phone_shows_all_of_it(page: Page, language: str) -> None:
    page.size(360, 740)
    page.script("localStorage.language = arguments[0]", language)
    page.enter("Ben", "/timeline")
    for path in ("?text=pump", "?period=week&day=2026-09-07&author=console%3ABen&kind=message", ""):
        page.driver.get(f"{page.server.base}/timeline{path}")
        page.ready()
        assert page.script("return document.documentElement.scrollWidth") <= 360
    page.click("#toggle-choices")
    page.click('.choice[data-filter="channel"]', "kitchen")
    page.wait(lambda: shown(page) == ["m8", "m5"])


def test_nothing_found_explains_itself(page: Page) -> None:
    page.enter("Ben", "/timeline?category=small_talk&author=console%3ANobody")
    page.find("#end", "Nothing matches. Remove a filter")
    page.click(".chosen .link", "Clear all")
    page.find(".entry", "cake")
    page.driver.get(f"{page.server.base}/timeline?text=zeppelin")
    page.ready()
    page.find(".story-about", "Nothing names “zeppelin”")
