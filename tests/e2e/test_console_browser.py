"""The console as people use it, in headless Chromium. The application behind it is the fake host with its sample."""

import asyncio
import re
import shutil
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiohttp import web
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from connectors.connector import Answer, Card
from connectors.console import ConsoleConnector
from connectors.events import MessagePosted
from tests.fakes.console_host import FakeConsoleHost, Script
from tests.fakes.console_sample import LAUNCH, PEOPLE, SUGGESTIONS, fill, png

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None or DRIVER is None,
        reason="NOT TESTED: no Chromium here. Install chromium and chromium-driver to test the pages",
    ),
]

T = TypeVar("T")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en-US",
)
XSS = (
    '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> javascript:window.hacked=1 [x](javascript:1)'
)


class Server:
    """The console in a thread with a loop of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.run(self._start)

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do something in the server's loop."""
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(timeout=20)

    async def _start(self) -> None:
        self.host = FakeConsoleHost(self._folder, people=PEOPLE)
        await self.host.start()
        await fill(self.host, self._folder)
        self._console = ConsoleConnector(self.host, token=None, suggestions=SUGGESTIONS)
        app = web.Application()
        self._console.setup(app)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        await self._console.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _stop(self) -> None:
        await self._console.close()
        await self._runner.cleanup()
        await self.host.close()

    def gate(self, *, is_open: bool) -> None:
        """Let answers pass, or stop in the middle."""

        async def turn() -> None:
            (self.host.release if is_open else self.host.hold)()

        self.run(turn)

    def close(self) -> None:
        """Stop everything."""
        self.run(self._stop)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Page:
    """What a person does with a browser window."""

    def __init__(self, driver: webdriver.Chrome, server: Server) -> None:
        self.driver = driver
        self.server = server

    def wait(self, condition: Callable[[], T], *, seconds: float = 20) -> T:
        """Until the condition gives something true."""

        def check(_: object) -> T | bool:
            try:
                return condition() or False
            except Exception as error:
                if type(error).__module__.startswith("selenium"):
                    return False
                raise

        result: Any = WebDriverWait(self.driver, seconds, 0.03).until(check)
        return result  # type: ignore[no-any-return]  # selenium types the result of a wait too widely

    def all(self, selector: str) -> list[WebElement]:
        """What matches now."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def find(self, selector: str, text: str = "") -> WebElement:
        """The first visible match that holds a text, waiting for it."""

        def look() -> list[WebElement]:
            return [element for element in self.all(selector) if element.is_displayed() and text in element.text][:1]

        return self.wait(look)[0]

    def gone(self, selector: str, text: str = "") -> bool:
        """Wait until nothing matches any more."""
        return self.wait(lambda: not any(text in element.text for element in self.all(selector)))

    def click(self, selector: str, text: str = "") -> None:
        """Click the first match, scrolled into view; once more if it was drawn anew meanwhile."""

        def clicked() -> bool:
            element = self.find(selector, text)
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
            element.click()
            return True

        self.wait(clicked)

    def script(self, code: str, *arguments: object) -> Any:
        """Run JavaScript."""
        return self.driver.execute_script(code, *arguments)

    def ready(self) -> None:
        """The page has read everything, and a chat hears what happens from now on."""
        self.wait(lambda: self.script("return document.body.dataset.ready") == "yes")
        self.wait(lambda: not self.all("#composer") or self.all("body[data-connected=yes]"))

    def enter(self, name: str = "Maya Chen", path: str = "/") -> None:
        """Open a page and be somebody."""
        self.driver.get(self.server.base + path)
        self.click(".choose button", name)
        self.ready()

    def open(self, channel: str) -> None:
        """Go to a channel by its name, and wait until its messages are there."""
        self.click(".channel", channel)
        self.find(".bar h1", channel)
        self.wait(lambda: self.all("#feed:not([aria-busy])"))

    def write(self, text: str, where: str = "#composer") -> WebElement:
        """Type without sending."""
        box = self.find(f"{where} textarea")
        box.send_keys(text)
        return box

    def say(self, text: str, where: str = "#composer") -> WebElement:
        """Type and send; returns the message as it stands in the feed."""
        self.write(text, where).send_keys(Keys.ENTER)
        scope = "#feed" if where == "#composer" else "#panel"
        return self.find(f"{scope} .message:not(.pending)", text)

    def answered(self, question: str) -> tuple[str, Answer]:
        """Wait until the answer to a question stands in the feed as a message; returns its record and the answer."""
        host = self.server.host

        def look() -> tuple[str, Answer] | None:
            posted = [event for event in list(host.accepted) if isinstance(event, MessagePosted) and event.answer_id]
            answer = self.server.run(lambda: host.answer(posted[-1].answer_id or "")) if posted else None
            if answer is None or question not in answer.question:
                return None
            shown = self.all(f'[data-record="{posted[-1].record_id}"] .answer')
            return (posted[-1].record_id, answer) if shown and not self.all(".streaming") else None

        found = self.wait(look)
        assert found is not None
        return found

    def tool(self, text: str, name: str) -> None:
        """One of the buttons of the last message in the feed that holds a text; focus shows them as hovering does."""

        def press() -> bool:
            message = [element for element in self.all("#feed .message:not(.pending)") if text in element.text][-1]
            self.script("arguments[0].focus()", message)
            message.find_element(By.CSS_SELECTOR, f'[data-tool="{name}"]').click()
            return True

        self.find("#feed .message:not(.pending)", text)
        self.wait(press)

    def size(self, width: int, height: int) -> None:
        """A window of another size; narrow ones are phones."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("console"))
    yield running
    running.close()


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))
    yield browser
    browser.quit()


@pytest.fixture
def page(driver: webdriver.Chrome, server: Server) -> Iterator[Page]:
    """A fresh window: nobody is remembered; any complaint of the browser's console fails the test."""
    window = Page(driver, server)
    window.size(1280, 800)
    driver.get(f"{server.base}/console/icon.svg")
    driver.execute_script("localStorage.clear(); sessionStorage.clear()")
    driver.get_log("browser")  # type: ignore[no-untyped-call]  # selenium leaves it untyped
    yield window
    server.gate(is_open=True)
    log = driver.get_log("browser")  # type: ignore[no-untyped-call]  # selenium leaves it untyped
    complaints = [entry["message"] for entry in log if entry["level"] == "SEVERE"]
    assert not [text for text in complaints if not re.search(r"status of 4\d\d", text)], complaints


def test_posting_is_seen_by_another_person(page: Page) -> None:
    page.enter("Maya Chen")
    page.open("random")
    page.write("Hello `everybody` https://example.com/a_b.").send_keys(Keys.ENTER)
    message = page.find("#feed .message:not(.pending)", "Hello")
    assert message.find_element(By.TAG_NAME, "code").text == "everybody"
    link = message.find_element(By.CSS_SELECTOR, ".text a")
    assert link.get_attribute("href") == "https://example.com/a_b"
    assert "noopener" in str(link.get_attribute("rel"))
    first = page.driver.current_window_handle
    page.driver.switch_to.new_window("tab")
    try:
        page.driver.get(page.server.base)
        page.ready()  # the browser remembers the person
        page.script("sessionStorage.clear(); localStorage.clear()")
        page.enter("周宁")
        page.open("random")
        page.say("你好 Maya")
    finally:
        page.driver.close()
        page.driver.switch_to.window(first)
    page.find("#feed .message", "你好 Maya")


def test_a_streamed_answer_with_sources_first_then_the_final_text(page: Page) -> None:
    page.enter()
    page.open("launch")
    page.server.gate(is_open=False)
    page.write("@拾").send_keys(Keys.TAB)
    assert page.find("#composer textarea").get_attribute("value") == "@拾光 "
    page.say("when is the launch?")
    live = page.find(".answer.streaming", "The launch is on 19")
    assert len(live.find_elements(By.CSS_SELECTOR, ".source")) == 3
    assert live.find_elements(By.CSS_SELECTOR, ".stop")
    assert live.get_attribute("aria-busy") == "true"
    page.server.gate(is_open=True)
    page.find(".inline .message[data-record] .answer", "who tells the customers")
    page.wait(lambda: not page.all(".answer.streaming"))
    answer = page.find(".inline .message[data-record] .answer", "who tells the customers")
    assert len(answer.find_elements(By.CSS_SELECTOR, ".cite")) == 5
    page.driver.refresh()
    page.find(".inline .message .answer", "who tells the customers")


def test_a_citation_jumps_to_its_message_and_back(page: Page) -> None:
    page.enter()
    page.click(".welcome button", "When is the launch")
    page.find(".answer", "19 November")
    page.wait(lambda: page.all(".message[data-record] .cite") and not page.all(".streaming"))
    page.click('.message[data-record] .cite[data-n="3"]')
    message = page.find(".message.flash", "Target for the pilot")
    [(_, opened, _)] = page.wait(lambda: page.server.host.opened)  # the operators' figures know
    assert opened == page.server.host.scripts[0].citations[2].record_id
    page.find(".bar h1", "launch")
    assert page.wait(lambda: page.driver.switch_to.active_element == message)
    assert "message=console%3Asample%3A0" in page.driver.current_url
    page.driver.back()
    page.find(".bar h1", "拾光")


def test_a_digest_links_its_lines_with_the_messages_folded_and_is_not_judged(page: Page) -> None:
    scripts = page.server.host.scripts
    text = "#launch daily digest\n\n▸ Decided\n• It moves to the 19th [1]"
    scripts.insert(0, Script(about="digest", text=text, reason="digest", citations=scripts[0].citations[:1]))
    page.enter()
    page.say("the digest")
    answer = page.find(".message[data-record] .answer", "It moves to the 19th")
    assert not answer.find_elements(By.CSS_SELECTOR, ".verdict")
    [sources] = answer.find_elements(By.CSS_SELECTOR, "details.sources")
    assert sources.get_attribute("open") is None
    page.click(".message[data-record] .cite")
    page.find(".message.flash")


def test_a_permalink_opens_its_message(page: Page) -> None:
    page.enter("Maya Chen", "/?channel=console%3Alaunch&message=console%3Asample%3A2")
    page.find(".message.flash", "Load test results")
    page.driver.get(f"{page.server.base}/?message=console%3Asample%3Ar2")
    page.ready()
    page.find("#panel .message.flash", "TLS handshake")


def test_a_citation_of_a_file_opens_its_page(page: Page) -> None:
    page.enter("Tom Becker")
    page.say("What is the budget for the pilot?")
    page.wait(lambda: not page.all(".streaming") and page.all(".cite"))
    page.click('.message[data-record] .cite[data-n="2"]')
    assert "186,000" in page.find("#panel .page.cited", "汇总").text
    assert page.find("#panel a[download]").get_attribute("href")
    page.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    page.wait(lambda: not page.all("#panel:not([hidden])"))


def test_a_verdict_with_reasons_and_undo(page: Page) -> None:
    page.enter("林晓")
    page.open("launch")
    answer = '.message[data-record="console:answer:sampleanswer"]'
    person = page.server.host.person("林晓").person_id
    verdicts = page.server.host.verdicts
    page.click(f'{answer} [data-verdict="up"]')
    page.find(f"{answer} .undo")
    assert verdicts["sampleanswer", person][0] == "up"
    page.click(f'{answer} [data-verdict="down"]')
    page.find("dialog h2")  # it opens once the verdict is stored
    page.script("document.querySelector('dialog input[value=outdated]').click()")
    page.find("dialog textarea").send_keys("It is 190,000 now.")
    page.click("dialog .primary")
    page.wait(lambda: verdicts["sampleanswer", person] == ("down", ("outdated",), "It is 190,000 now."))
    page.click(f"{answer} .undo")
    page.gone(f"{answer} .undo")
    assert verdicts["sampleanswer", person][0] == "withdrawn"


def test_the_better_of_two_answers_stays(page: Page) -> None:
    page.enter("Tom Becker")
    page.open("launch")
    page.say("@拾光 What is the budget for the pilot?")
    record, first = page.answered("budget for the pilot")
    host = page.server.host
    shown = len(page.all("#feed .answer"))
    host.second = replace(first, answer_id="better", text="186,000 in all, 12,000 of it for travel.")
    page.click(f'[data-record="{record}"] .again', "Try again")
    page.find("dialog h2", "Which answer is better?")
    assert [element.text for element in page.all("dialog .candidate h3")] == ["Answer A", "Answer B"]
    better = next(one for one in page.all("dialog .candidate") if host.second.text in one.text)
    better.find_element(By.TAG_NAME, "button").click()
    page.find("#feed .answer .text", host.second.text)
    page.wait(lambda: len(page.all("#feed .answer")) == shown)
    page.wait(lambda: host.preferences and host.preferences[0][:2] == ("better", first.answer_id))


def test_what_was_perhaps_meant_is_given_with_one_tap_and_once(page: Page) -> None:
    page.enter("Tom Becker")
    page.open("launch")
    host = page.server.host
    host.scripts.insert(0, Script(about="aquarium", text="It was cleaned on Monday.", meant="Who feeds the fish?"))
    page.say("@拾光 the aquarium, whose is it?")
    record, beside = page.answered("the aquarium")
    page.find("#feed .answer .meant", "❓ Did you mean: “Who feeds the fish?”")
    given = replace(beside, answer_id="fish", text="Mia feeds them.", meant="")
    host.standard[beside.answer_id] = given
    button = f'[data-record="{record}"] .meant'
    page.click(button)
    page.find("#feed .answer .text", given.text)
    page.click(button)
    page.find(".toast", "here already")
    assert [element.text for element in page.all("#feed .answer .text")].count(given.text) == 1


def test_editing_and_deleting(page: Page) -> None:
    page.enter()
    page.open("random")
    page.say("A line with a tpyo")
    page.find("#composer textarea").send_keys(Keys.ARROW_UP)
    box = page.find(".edit textarea")
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys("A line without")
    box.send_keys(Keys.ENTER)
    page.gone(".edit")
    page.wait(lambda: page.find("#feed .message", "A line without").find_elements(By.CSS_SELECTOR, ".edited"))
    page.tool("A line without", "delete")
    page.click("dialog .danger")
    page.gone("#feed .message", "A line without")


def test_a_thread_beside_the_feed(page: Page) -> None:
    page.enter()
    page.open("random")
    page.say("Who brings the cake?")
    page.tool("Who brings the cake?", "thread")
    page.find("#panel .message", "Who brings the cake?")
    page.say("I do", "#panel")
    page.find("#feed .replies", "1 reply")
    page.say("@拾光 what is the budget?", "#panel")
    page.find("#panel .answer", "¥186,000")
    page.find("#feed .inline .answer", "¥186,000")
    page.wait(lambda: page.driver.switch_to.active_element == page.find("#panel textarea"))


def test_reactions(page: Page) -> None:
    page.enter()
    page.open("random")
    page.say("A reason to celebrate")
    page.tool("A reason to celebrate", "react")
    page.click('.menu [data-emoji="tada"]')
    reaction = "#feed .message .reaction[aria-label^='tada: Maya']"
    page.wait(lambda: page.find(reaction).get_attribute("aria-pressed") == "true")
    page.click(reaction)
    page.wait(lambda: not page.all(reaction))


def test_uploading_a_picture_and_a_text(page: Page, tmp_path: Path) -> None:
    picture, text = tmp_path / "view.png", tmp_path / "notes 笔记.html"
    picture.write_bytes(png(40, 30))
    text.write_text("<script>window.hacked=1</script>")
    page.enter()
    page.open("random")
    page.script("document.querySelector('#composer input[type=file]').hidden = false")
    page.find("#composer input[type=file]").send_keys(f"{picture}\n{text}")
    page.wait(lambda: len(page.all(".attachment")) == 2 and not page.all(".attachment progress"))
    page.say("Two files")
    message = "#feed .message:not(.pending)"
    page.find(message, "notes 笔记.html")
    page.wait(lambda: page.script("return arguments[0].naturalWidth", page.all(f"{message} .picture img")[-1]) == 40)
    page.click(f"{message} .file", "notes 笔记.html")
    page.find("#panel h2", "notes 笔记.html")
    assert page.script("return window.hacked") is None


def test_a_private_channel_is_invisible_to_others(page: Page) -> None:
    page.enter("Maya Chen")
    page.click("#create-channel")
    page.find("dialog input[name=name]").send_keys("acquisition")
    page.script("document.querySelector('dialog input[value=private]').click()")
    page.script("document.querySelector('dialog input[value$=林晓]').click()")
    page.click("dialog .primary")
    page.find(".bar h1", "acquisition")
    page.say("Nobody may know")
    for name, sees in (("林晓", True), ("周宁", False)):
        page.click("#me")
        page.click("dialog .choose button", name)
        page.find("#me", name)
        # The list of who was here before stands until that of the other person is read.
        page.wait(lambda: any("acquisition" in one.text for one in page.all(".channel")) is sees)  # noqa: B023 - waited for here
        page.driver.refresh()
        page.ready()
        assert any("acquisition" in one.text for one in page.all(".channel")) is sees


def test_a_card_waits_for_the_person_who_asked(page: Page) -> None:
    """By keyboard alone; it is still there after a reload, and others only see that somebody decides."""
    card = Card(
        card_id="card-1",
        text="Delete 3 messages?\nThis cannot be undone.",
        confirm="Confirm",
        cancel="Cancel",
        deletes=True,
        language="en",
        expires_at=datetime.now(UTC) + timedelta(minutes=10),
        channel_id=LAUNCH.channel_id,
    )
    page.server.host.scripts.insert(0, Script(about="forget the", text="", card=card))
    page.enter("Maya Chen")
    page.open("launch")
    page.say("@拾光 forget the last three")
    page.find(".card", "Delete 3 messages?")
    page.wait(lambda: [button.text for button in page.all(".card button")] == ["Confirm", "Cancel"])
    page.driver.refresh()
    page.ready()
    box = page.find(".card", "Delete 3 messages?")
    confirm = box.find_element(By.CSS_SELECTOR, "button.danger")
    page.script("arguments[0].focus()", confirm)
    confirm.send_keys(Keys.ENTER)
    page.find(".card .decided", "It is done.")
    assert page.server.host.decisions == {"card-1": True}
    assert page.script("return document.activeElement.className") == "text decided"


def test_commands_complete_and_answer_only_me(page: Page) -> None:
    page.enter()
    page.open("random")
    before = len(page.all("#feed .message"))
    box = page.write("/he")
    assert "What I can do" in page.find(".option[aria-selected=true]").text
    box.send_keys(Keys.ENTER)
    box.send_keys(Keys.ENTER)
    page.find("#feed .answer", "summarises this channel")
    page.find(".only-you", "Only you")
    page.click(".only-you .link")
    page.wait(lambda: len(page.all("#feed .message")) == before)
    page.write("/help").send_keys(Keys.ENTER)  # written in full: nothing to complete
    page.find(".only-you", "Only you")
    page.write("/nothing").send_keys(Keys.ENTER)
    page.find(".toast", "no such command")
    assert page.find("#composer textarea").get_attribute("value") == "/nothing"


def test_stopping_an_answer(page: Page) -> None:
    page.enter()
    page.server.gate(is_open=False)
    page.say("when is the launch, in a word?")
    page.find(".streaming .text", "The launch")
    page.click(".stop")
    page.find(".answer.notice", "Stopped")
    page.wait(lambda: page.server.host.cancelled >= 1)


def test_imported_channels_say_where_to_ask(page: Page) -> None:
    page.enter()
    page.open("support")
    page.find(".readonly", "read-only")
    page.click(".readonly button")
    page.find(".bar h1", "拾光")


def test_chinese_and_dark_at_a_click(page: Page) -> None:
    page.enter()
    page.click("#language")
    page.find(".channels h2", "频道")
    page.open("launch")
    page.wait(lambda: "用 @拾光 提问" in str(page.find("#composer textarea").get_attribute("placeholder")))
    assert page.script("return document.documentElement.lang") == "zh-CN"
    before = page.script("return getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    assert page.script("return getComputedStyle(document.body).backgroundColor") != before
    page.driver.refresh()
    page.find(".channels h2", "频道")
    assert page.script("return getComputedStyle(document.body).backgroundColor") != before


def test_nothing_scrolls_sideways_on_a_phone(page: Page) -> None:
    page.size(360, 740)
    page.enter()
    page.click("#open-drawer")
    page.open("launch")
    page.say("@拾光 预算是多少？ " + "https://example.com/" + "long" * 30)
    page.wait(lambda: not page.all(".streaming") and len(page.all(".answer")) > 1)
    wide = "return Math.max(document.documentElement.scrollWidth, document.querySelector('#feed')?.scrollWidth ?? 0)"
    assert page.script(wide) <= 360
    page.click(".message[data-record] .source", "试点预算")
    page.find("#panel .page.cited")
    assert page.script(wide) <= 360
    page.driver.get(f"{page.server.base}/timeline")
    page.ready()
    assert page.script(wide) <= 360


def test_the_timeline_filters_and_leads_to_the_message(page: Page) -> None:
    page.enter("Maya Chen", "/timeline")
    page.find(".entry", "Lunch at the noodle place")
    page.click('.choice[data-filter="kind"]', "Files")
    page.find(".entry .file-name", "load-test.pdf")
    page.gone(".entry", "Lunch")
    page.click(".chosen-chip", "Files")
    page.find(".entry", "Lunch")
    days = [bar for bar in page.all(".bar-button") if bar.is_enabled()]
    days[0].click()
    page.gone(".entry", "Lunch")
    page.find(".entry", "Customer asks whether exports")
    page.click('[data-period="all"]')
    page.click(".entry", "Change of plan")
    page.find(".message.flash", "Change of plan")


def test_hostile_text_stays_text(page: Page) -> None:
    page.enter(path="/")
    page.click("#create-channel")
    page.find("dialog input[name=name]").send_keys("<i>x</i> & y")
    page.click("dialog .primary")
    page.find(".bar h1", "<i>x</i> & y")
    message = page.say(XSS)
    assert XSS in message.text
    assert not message.find_elements(By.CSS_SELECTOR, ".text img, .text script, .text a")
    page.tool("onerror", "thread")
    page.find("#panel .message", XSS)
    page.driver.get(f"{page.server.base}/timeline")
    page.ready()
    page.find(".entry", "window.hacked")
    assert page.script("return window.hacked") is None


def test_the_keyboard_is_enough(page: Page) -> None:
    page.enter()
    page.open("launch")
    page.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    page.script("document.activeElement.blur()")
    page.find("body").send_keys("j")
    page.wait(lambda: "message" in str(page.driver.switch_to.active_element.get_attribute("class")))
    page.driver.switch_to.active_element.send_keys("k")
    page.driver.switch_to.active_element.send_keys(Keys.TAB)
    assert page.driver.switch_to.active_element.tag_name in {"button", "a"}
    page.find("body").send_keys("/")
    assert page.wait(lambda: page.driver.switch_to.active_element == page.find("#composer textarea"))
    page.write("two").send_keys(Keys.SHIFT, Keys.ENTER)
    assert page.find("#composer textarea").get_attribute("value") == "two\n"
