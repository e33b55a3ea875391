"""Who has never seen the code finds a wrong answer at the desk, mends it, and sees the group get the mended one.

The server is the real one with the demo's sample, the real embedding model, and a chat model that insists on what was
so last month. ``DESK_SCREENSHOTS=folder`` keeps what the browser shows on the way.
"""

import asyncio
import contextlib
import json
import os
import threading
import time
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from bot.curating.standard_answers import EVERYBODY, StandardAnswers
from bot.desk.operators import Operators
from bot.feedback.signs import Signs
from bot.server import running
from bot.settings import LlmSettings, Settings, WebSettings
from bot.truth.answers import Answers, StoredAnswer
from bot.truth.database import Database
from tests.e2e.console_client import console
from tests.e2e.real_models import EMBEDDING_MODEL, MODELS, home_with_models, is_settled
from tests.e2e.test_console_browser import CHROMIUM, DRIVER, Page, driver
from tests.fakes.openai_server import FakeAnswer, OpenAiServerFake, streamed

__all__ = ["driver"]  # the fixture

T = TypeVar("T")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.model,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        CHROMIUM is None or DRIVER is None,
        reason="NOT TESTED: no Chromium here. Install chromium and chromium-driver to test the pages",
    ),
    pytest.mark.skipif(
        not (MODELS / EMBEDDING_MODEL).is_dir(),
        reason=f"NOT TESTED: {EMBEDDING_MODEL} not in {MODELS}; run: shiguang models pull",
    ),
]
_ASKED = """
const messages = [...document.querySelectorAll("#feed .message[data-record]")];
const asked = messages.filter((one) => !one.querySelector(".answer") && one.textContent.includes(arguments[0]));
const answers = [...document.querySelectorAll(".message[data-record] .answer:not(.streaming)")];
const after = answers.filter((one) => asked.at(-1)?.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
return [asked.length, after.map((one) => [one.closest(".message").dataset.record, one.textContent])];
"""
"""How often something was asked, and record and text of the answers after the last time."""
_WORDS = Path(__file__).parents[2] / "connectors/console/static/i18n"
_THANKS = {name: json.loads((_WORDS / f"{name}.json").read_text("utf-8"))["reasons_sent"] for name in ("en", "zh")}
"""What the chat says when a reason has been stored."""
_SETTLED_SECONDS = 180.0


@dataclass(frozen=True, kw_only=True)
class _Story:
    """What happens, in one language."""

    language: str
    channel: str
    asker: str
    question: str
    wrong: str
    """What the model says: it was so once."""
    of_old: str
    why: str
    asked_again: str
    """By a colleague, before it is mended."""
    colleague: str
    searched: str
    decision: str
    """Words of the message that says how it is."""
    mended: str
    of_now: str
    in_other_words: str
    verified: str
    reason: str


ENGLISH = _Story(
    language="en",
    channel="发布-launch",
    asker="Sofia",
    colleague="Jonas",
    question="What is the launch price of the fountain in China?",
    asked_again="What's the launch price of the fountain in China?",
    wrong="It is ¥399 in China.",
    of_old="399",
    why="We lowered it for the launch!",
    searched="国内首发价",
    decision="首发价从 ¥399 改成 ¥369",
    mended="¥369 in China during the launch, ¥399 after it; US$69 overseas.",
    of_now="369",
    in_other_words="How much does the fountain cost in China at launch?",
    verified="✔ Standard answer, verified by",
    reason="outdated",
)
CHINESE = _Story(
    language="zh",
    channel="研发-engineering",
    asker="赵小满",
    colleague="吴桐",
    question="耐久测试坏了几个泵？",
    asked_again="请问耐久测试坏了几个泵？",
    wrong="2 个泵停转，1 个密封圈渗水。",
    of_old="停转",
    why="那是第 5 天的数，后来坏了 7 个",
    searched="耐久测试 264 小时",
    decision="已经坏了 7 个",
    mended="到 264 小时，40 个宏远泵坏了 7 个（4 个停转，3 个渗水），不良率 17.5%。",
    of_now="17.5%",
    in_other_words="做耐久测试的时候一共坏掉了几个水泵？",
    verified="✔ 标准答案",
    reason="outdated",
)


_AROUND = (
    ("吴桐", "发布-launch", "媒体机一共寄了多少台？"),
    ("Priya", "研发-engineering", "Who takes the evening shift on launch day?"),
    ("陈默", "研发-engineering", "欧洲用户的数据放在哪里？"),
    ("Jonas", "发布-launch", "Where is the key of the fifth-floor meeting room?"),
)


class _Stubborn(OpenAiServerFake):
    """A model that knows how it was and nothing else."""

    async def _chat(self, request: Any) -> Any:
        asked = str((await request.json())["messages"])
        wrong = CHINESE.wrong if "拾光”" in asked else ENGLISH.wrong
        self._answers = [streamed(wrong)]
        return await super()._chat(request)


class Server:
    """``running`` in a thread with a loop of its own."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._started.wait(180)
        if self._failure is not None:
            raise self._failure

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with contextlib.AsyncExitStack() as stack:
                model = await stack.enter_async_context(_Stubborn(FakeAnswer()).running())
                llm = LlmSettings(backend="openai", base_url=model.base_url, model="tiny")
                settings = Settings(home=self._home, llm=llm, web=WebSettings(port=0))
                self.base = (await stack.enter_async_context(running(settings, sample=True))).rstrip("/")
                database = Database(settings.truth_url)
                stack.push_async_callback(database.close)
                self.database, self.token = database, await Operators(database).add("Mei")
                await self._ask_around()
                self._started.set()
                await self._stop.wait()
        except BaseException as error:  # noqa: BLE001 - told by the thread that waits
            self._failure = error
            self._started.set()

    async def _ask_around(self) -> None:
        """Questions of others, which this model answers badly, too."""
        for name, channel, question in _AROUND:
            async with console(self.base, name=name) as client:
                await client.say(await client.channel_id(channel), f"@拾光 {question}")

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    def close(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=60)
        assert not self._thread.is_alive()
        assert self._failure is None


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(home_with_models(tmp_path_factory.mktemp("desk") / "home"))
    try:
        until = time.monotonic() + _SETTLED_SECONDS
        while not is_settled(server.base):
            assert time.monotonic() < until, "the sample is not archived"
            time.sleep(0.2)
        yield server
    finally:
        server.close()


@dataclass
class Desk:
    """What a person does at the desk and in the chat beside it."""

    page: Page
    story: _Story

    def keep(self, name: str) -> None:
        """What is seen now, for the documentation."""
        folder = os.environ.get("DESK_SCREENSHOTS")
        if folder:
            self.page.gone(".toast")
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.driver.save_screenshot(str(Path(folder) / f"desk-{name}-{self.story.language}.png"))

    def enter(self, name: str) -> None:
        """Be somebody in the chat, in the language of the story."""
        self.page.driver.get(f"{self.page.server.base}/console/icon.svg")
        self.page.script("sessionStorage.clear(); localStorage.clear()")
        self.page.script("localStorage.setItem('language', arguments[0])", self.story.language)
        self.page.enter(name)
        self.page.open(self.story.channel)
        self.page.wait(lambda: len(self.page.all("#feed .message[data-record]")) > 9, seconds=60)

    def ask(self, question: str, said: str = "") -> str:
        """Ask in the channel; returns the record of the answer once it is read."""
        before, _ = self.page.script(_ASKED, question)
        self.page.write(f"@拾光 {question}").send_keys(Keys.ENTER)

        def answer() -> str | None:
            count, answers = self.page.script(_ASKED, question)
            return str(answers[0][0]) if count > before and answers and said in answers[0][1] else None

        record = self.page.wait(answer, seconds=60)
        if record is None:
            raise AssertionError(question)
        self.page.script(
            "document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", f'[data-record="{record}"]'
        )
        return record

    def answer(self, record: str) -> WebElement:
        """An answer as it stands in the channel."""
        return self.page.find(f'.message[data-record="{record}"] .answer')

    def condemn(self, record: str, why: str) -> None:
        """👎 with a reason and a comment."""
        thumb = f'.message[data-record="{record}"] [data-verdict="down"]'
        self.page.find(thumb)
        self.page.script("document.querySelector(arguments[0]).click()", thumb)
        self.page.find("dialog h2")
        self.page.script("document.querySelector(arguments[0]).click()", f"dialog input[value={self.story.reason}]")
        self.page.find("dialog textarea").send_keys(why)
        self.page.click("dialog .primary")
        self.page.find(".toast", _THANKS[self.story.language])  # that it has been stored

    def fill(self, selector: str, text: str) -> None:
        """Replace what a field holds."""
        box = self.page.find(selector)
        box.clear()
        box.send_keys(text)


@pytest.mark.parametrize("story", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_a_wrong_answer_is_found_mended_and_given_in_the_group(
    served: Server, driver: webdriver.Chrome, story: _Story
) -> None:
    page = Page(driver, served)  # type: ignore[arg-type]  # of the server it needs the address alone
    page.size(1240, 820)
    driver.get(f"{served.base}/admin/static/css/desk.css")
    driver.delete_all_cookies()
    desk = Desk(page, story)

    # In the group: a wrong answer, twice, and somebody says so.
    desk.enter(story.asker)
    desk.condemn(desk.ask(story.question, story.of_old), story.why)
    desk.keep("wrong")
    desk.enter(story.colleague)
    desk.condemn(desk.ask(story.asked_again), "")

    # At the desk: the token, once, and there it is.
    driver.get(f"{served.base}/admin")
    page.find("input[name=token]").send_keys(served.token, Keys.ENTER)
    page.find("#title")
    page.find(".case-card", story.asked_again)
    desk.keep("queue")
    page.click(".case-title", story.asked_again)
    page.find(".exchange .asked", story.question)
    page.find(".said-of-it q", story.why)

    # Mending: the message that decided it becomes the source, the text says it.
    desk.fill("textarea[name=text]", story.mended)
    while page.all(".source-row .icon"):
        page.all(".source-row .icon")[0].click()
    desk.fill("input[name=find]", story.searched)
    page.find("input[name=find]").send_keys(Keys.ENTER)
    hit = page.find(".hit", story.decision)
    hit.find_element(By.CSS_SELECTOR, "button").click()
    page.wait(lambda: "[1]" in str(page.find("textarea[name=text]").get_attribute("value")))
    page.script("document.getElementById('scroll').scrollTop = 0")
    desk.keep("case")
    page.click(".standard-form .primary")

    # Tried: both wordings get it now.
    page.find(".decided-box .chip.good")
    page.wait(lambda: len(page.all(".tried-row[data-given=true]")) >= 2, seconds=60)
    page.find("input[name=try]").send_keys(story.in_other_words, Keys.ENTER)
    page.find(".tried-row", story.in_other_words)
    for button in page.all(".tried-row [data-act=also]"):
        button.click()
    page.wait(lambda: len(page.all(".tried-row[data-given=true]")) >= 3, seconds=60)
    page.script("document.getElementById('scroll').scrollTop = 0")
    desk.keep("mended")

    # Back in the group, in other words.
    desk.enter(story.asker)
    answer = desk.answer(desk.ask(story.in_other_words, story.verified))
    assert story.of_now in answer.text
    assert answer.find_elements(By.CSS_SELECTOR, ".cite")
    desk.keep("group")

    # And everything that was done stands in the audit.
    driver.get(f"{served.base}/admin/audit")
    page.find("td", "mended a case" if story.language == "en" else "改好了一个问题")


async def _confirmed(database: Database, question: str, asked: str) -> str:
    """A standard answer that two people said they meant, in words of their own."""
    kept, now = StandardAnswers(database), datetime.now(UTC)
    this = await kept.propose(question=question, text="By the door.", proposed_by="Mei", channel_ids=[EVERYBODY])
    await kept.approve(this, owner="Mei")
    answer = StoredAnswer(
        answer_id=f"beside {this}", asked_at=now, channel_id=None, person_id=None, question_record_id=None,
        question=asked, language="en", text="Somewhere.", abstained=False, reason=None, model="tiny",
        prompt_version="answer-en-1", sources=(),
    )  # fmt: skip
    await Answers(database).store(answer)
    for person_id in ("console:Ann", "console:Bo"):
        await Signs(database).see(answer_id=answer.answer_id, person_id=person_id, kind="meant", record_id=this)
    return this


def test_words_that_people_confirmed_become_a_way_to_ask_with_one_button(
    served: Server, driver: webdriver.Chrome
) -> None:
    asked = "that kettle of ours, where"
    this = served.run(_confirmed(served.database, "Where does the kettle stand?", asked))
    page = Page(driver, served)  # type: ignore[arg-type]  # of the server it needs the address alone
    page.size(360, 740)
    driver.get(f"{served.base}/admin#token={served.token}")
    page.ready()
    driver.get(f"{served.base}/admin/standard/{this}")
    page.find(".confirmed .way", asked)
    assert len(page.all(".confirmed .chip.good")) == 1
    assert page.script("return document.documentElement.scrollWidth") <= 360
    page.click("[data-act=add-variant]")
    page.gone(".confirmed")
    page.find("p.way", asked)


def test_a_narrow_screen_needs_no_sideways_scrolling_and_the_keyboard_is_enough(
    served: Server, driver: webdriver.Chrome
) -> None:
    page = Page(driver, served)  # type: ignore[arg-type]  # of the server it needs the address alone
    page.size(360, 740)
    driver.get(f"{served.base}/admin#token={served.token}")
    page.ready()
    wide = "return document.documentElement.scrollWidth"
    for path in ("queue?state=mended", "standard", "standard/new", "operators", "audit"):
        driver.get(f"{served.base}/admin/{path}")
        page.ready()
        assert page.script(wide) <= 360, path
    driver.get(f"{served.base}/admin/queue?state=mended")
    page.ready()
    driver.switch_to.active_element.send_keys("j")
    page.wait(lambda: "case-title" in str(driver.switch_to.active_element.get_attribute("class")))
    driver.switch_to.active_element.send_keys(Keys.ENTER)
    page.find(".case-question")
    assert page.script(wide) <= 360
    page.click(".exchange a")
    page.find(".timings")
    assert page.script(wide) <= 360
    page.click("#open-drawer")
    page.click('#pages a[data-page="standard"]')
    page.find(".case-card")
