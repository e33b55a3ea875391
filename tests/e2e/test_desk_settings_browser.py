"""What operators change at the desk, in headless Chromium: prompts, categories, channels; and how the system is doing.

The application behind it is the real one with a tiny embedder and a model that says what it is told to.
``DESK_SCREENSHOTS=folder`` keeps what the browser shows on the way.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiohttp import web
from selenium import webdriver
from selenium.webdriver.common.by import By

from bot.answering.answerer import Question
from bot.desk.desk import Desk
from bot.desk.furnishing import parts
from bot.desk.operators import Operators
from bot.desk.route import Role
from bot.llm.scripted import ScriptedModel, ScriptedRequest
from bot.prompts import shipped_prompt_text
from connectors.console import ConsoleConnector
from connectors.console.guard import Guard
from tests.builders import at, channel, posted
from tests.e2e.test_console_browser import CHROMIUM, DRIVER, Page, driver
from tests.fakes.console_host import FakeConsoleHost
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
SHIPPED = shipped_prompt_text("answer", "en")
THEN = "The launch moved to 8 December. The poster is printed in Ningbo."
NOW = "The launch moved to 8 December."


def _spoken(request: ScriptedRequest) -> str:
    return THEN if request.messages[0].content == SHIPPED.text else NOW


class Office:
    """The application and its desk in a thread with a loop of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = AsyncExitStack()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.model = ScriptedModel(_spoken)
        self.run(self._start)

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do something in the server's loop."""
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(timeout=60)

    async def _start(self) -> None:
        self.application = await self._stack.enter_async_context(quick_application(self.model))
        await archive(
            self.application,
            posted(1, "the launch moved to 8 December", author="Ann"),
            posted(2, "the poster is printed in Ningbo", author="Maya"),
            posted(3, "Does anyone know where the ladder is?", author="Bo", place=channel("hall")),
        )
        host = FakeConsoleHost(self._folder, people=())
        await host.start()
        self._stack.push_async_callback(host.close)
        console = ConsoleConnector(host, token=None)
        app = web.Application()
        console.setup(app)

        async def ready() -> dict[str, str]:
            return {"archive": "ok", "model": "ok"}

        desk = Desk(
            self.application.database,
            guard=Guard(token=None),
            parts=parts(self.application, {"console": console}, ready=ready),
        )
        desk.setup(app)
        runner = web.AppRunner(app)
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def ask(self) -> str:
        """A question in the group chat, answered; returns which prompt it was made with."""
        audience = await self.application.permissions.of_channel(channel().channel_id)
        question = Question(
            text="When is the launch?", audience=audience, channel_id=channel().channel_id, now=at(5000)
        )
        answer = (await self.application.answerer.answer(question)).answer
        return (await self.application.answers.get(answer.answer_id)).prompt_version

    def token(self, name: str, role: Role) -> str:
        """What somebody signs in with."""
        return self.run(lambda: Operators(self.application.database).add(name, role=role))

    def close(self) -> None:
        """Stop everything."""
        self.run(self._stack.aclose)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class DeskPage(Page):
    """Somebody at the desk; only the address of the server is used of it."""

    def sign_in(self, token: str) -> None:
        """By the link that ``shiguang operators add`` prints."""
        self.driver.get(f"{self.server.base}/admin#token={token}")
        self.find("#pages a")

    def go(self, path: str) -> None:
        """Open a page of the desk."""
        self.driver.get(f"{self.server.base}/admin/{path}")
        self.ready()

    def set(self, selector: str, value: str) -> None:
        """Type something else into a field."""
        told = "for (const kind of ['input', 'change']) arguments[0].dispatchEvent(new Event(kind))"
        self.script(f"arguments[0].value = arguments[1]; {told}", self.find(selector), value)

    def shoot(self, name: str) -> None:
        """Keep what is shown, where somebody wants pictures."""
        if folder := os.environ.get("DESK_SCREENSHOTS"):
            self.driver.save_screenshot(str(Path(folder) / f"{name}.png"))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    opened = Office(tmp_path_factory.mktemp("office"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def tokens(office: Office) -> dict[str, str]:
    return {"operator": office.token("Mei", "operator"), "viewer": office.token("Viv", "viewer")}


@pytest.fixture
def desk(driver: webdriver.Chrome, office: Office, tokens: dict[str, str]) -> Iterator[DeskPage]:
    page = DeskPage(driver, office)  # type: ignore[arg-type]  # the address is all it needs
    page.size(1280, 900)
    driver.get(f"{office.base}/console/icon.svg")
    driver.execute_script("localStorage.clear(); sessionStorage.clear()")
    driver.delete_all_cookies()
    page.sign_in(tokens["operator"])
    driver.get_log("browser")  # type: ignore[no-untyped-call]  # selenium leaves it untyped
    yield page
    log = driver.get_log("browser")  # type: ignore[no-untyped-call]  # selenium leaves it untyped
    complaints = [entry["message"] for entry in log if entry["level"] == "SEVERE"]
    assert not [text for text in complaints if "status of 4" not in text], complaints


def test_a_prompt_is_written_refused_tried_put_in_force_and_taken_back(desk: DeskPage, office: Office) -> None:
    assert office.run(office.ask) == SHIPPED.version
    desk.go("prompts")
    desk.find(".box", "Answering questions").find_elements(By.TAG_NAME, "a")[1].click()
    desk.find("[name=text]")
    desk.set("[name=text]", "Be nice.")
    desk.click("button", "Save as a draft")
    desk.find(".refused li", "copied exactly")
    desk.set("[name=text]", SHIPPED.text.replace("in one to three short sentences", "as briefly as you can"))
    desk.click("button", "Try it")
    desk.find(".trial-progress", "Done: 1")
    desk.find(".trial-item", "When is the launch?")
    assert desk.find(".trial-side del").text.strip().startswith("The poster is printed in Ningbo")
    desk.find(".trial-side .chip", "1 of 1 sentences supported")
    desk.shoot("prompt")
    desk.click("button", "Save and put in force")
    desk.find("td", "answer-en-custom-1")
    desk.find(".toast", "counts from the next question on")
    assert office.run(office.ask) == "answer-en-custom-1"
    desk.click(".toast button", "Go back")
    desk.wait(lambda: "former" in desk.find("tbody tr").text)
    assert office.run(office.ask) == SHIPPED.version


def test_a_category_is_changed_after_its_effect_was_seen_and_taken_back(desk: DeskPage) -> None:
    desk.go("categories")
    desk.click(".case-title", "question")
    desk.find("[name=name_en]")
    desk.click("button", "See the effect of archiving")
    desk.find("[role=status] b", "1 of the latest 3 messages would change")
    desk.find(".changed-record", "ladder")
    desk.shoot("category")
    desk.set("[name=name_en]", "enquiry")
    desk.click("button", "Save")
    desk.find("td b", "提问 / enquiry")
    desk.click("td button", "Go back to this")
    desk.wait(lambda: desk.find("[name=name_en]").get_attribute("value") == "question")
    desk.go("categories")
    names = [one.text for one in desk.all(".case-title")]
    desk.click(".movers button[aria-label^='Move decision down']")
    desk.wait(lambda: [one.text for one in desk.all(".case-title")] == [names[1], names[0], *names[2:]])


def test_a_channel_keeps_for_a_time_only_after_its_name_was_typed(desk: DeskPage, office: Office) -> None:
    desk.go("channels")
    desk.click(".channel-name a", "#launch")
    desk.find("[name=keep]")
    desk.set("[name=keep]", "days")
    desk.set("[name=days]", "1")
    desk.find("p.bad-text", "2 of them now")
    desk.shoot("channel")
    desk.click("button", "Save")
    desk.find(".toast", "Type the channel's name")
    desk.set("[name=confirm]", "launch")
    desk.set("[name=period]", "weekly")
    desk.set("[name=time]", "08:30")
    desk.click("[name=training]")
    desk.click("button", "Save")
    desk.find(".told", "Saved.")
    told = desk.find(".told").text
    assert "cannot be brought back" in told
    assert "08:30" in told
    assert "/training off" in told
    schedule = office.run(lambda: office.application.schedules.of_channel("console:launch"))
    assert schedule is not None
    assert schedule.timing.minute_of_day == 510
    desk.go("channels")
    assert "1 day" in desk.find("tr", "#launch").text


def test_the_system_says_what_is_wrong_and_what_to_do(desk: DeskPage) -> None:
    desk.go("system")
    desk.find(".warnings li", "No language model is set")
    desk.find(".warnings li", "shiguang.toml")
    desk.find("dd", "Qdrant, embedded")
    desk.shoot("system")


def test_a_viewer_sees_and_changes_nothing(desk: DeskPage, tokens: dict[str, str]) -> None:
    desk.driver.delete_all_cookies()
    desk.sign_in(tokens["viewer"])
    for path, shown in (
        ("prompt/answer/en", "[name=text][readonly]"),
        ("category/decision", "[name=name_en][readonly]"),
        ("channel/console%3Alaunch", "[name=keep][disabled]"),
    ):
        desk.go(path)
        desk.find(shown)
        words = " ".join(button.text for button in desk.all("#sheet button"))
        assert not any(word in words for word in ("Save", "Try it", "Put in force", "Archive")), words


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_is_told_in_the_language_of_the_reader(desk: DeskPage, language: str) -> None:
    """Invariant 9; and on a phone nothing is wider than the window."""
    desk.script("localStorage.setItem('language', arguments[0])", language)
    desk.size(390, 844)
    for path in (
        "prompts",
        "prompt/answer/en",
        "categories",
        "category/new",
        "channels",
        "channel/console%3Ahall",
        "system",
    ):
        desk.go(path)
        words = desk.find("#sheet").text
        assert not [key for key in ("prompts.", "categories.", "channels.", "system.", "nav.") if f"\n{key}" in words]
        assert desk.script("return document.documentElement.scrollWidth <= innerWidth"), path
        menu = desk.script("return document.getElementById('pages').textContent")
        assert ("提示词" in menu, "Prompts" in menu) == (language == "zh", language == "en")
