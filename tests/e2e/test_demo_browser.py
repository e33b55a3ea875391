"""What a newcomer does, with nothing replaced: the demo, a browser, a starter question, its source, a thumb."""

import re
from typing import Any

import pytest

from bot.sample.archive import STARTER_QUESTIONS
from tests.e2e.conftest import Demo
from tests.e2e.real_models import needs_models
from tests.e2e.test_console_browser import CHROMIUM, DRIVER, Page, driver

__all__ = ["driver"]  # the fixture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.model,
    pytest.mark.timeout(300),
    needs_models,
    pytest.mark.skipif(
        CHROMIUM is None or DRIVER is None,
        reason="NOT TESTED: no Chromium here. Install chromium and chromium-driver to test the pages",
    ),
]
_ANSWER = ".message[data-record] .answer"


def test_a_newcomer_asks_reads_the_source_and_presses_the_thumb(demo: Demo, driver: Any) -> None:
    page = Page(driver, demo)  # type: ignore[arg-type]  # of the server it needs the address alone
    page.size(1280, 800)
    driver.get(f"{demo.base}/console/icon.svg")
    driver.execute_script("localStorage.clear(); sessionStorage.clear()")
    page.enter("Priya")
    question = STARTER_QUESTIONS["en"][0]
    page.click(".welcome button", question[:20])
    page.wait(lambda: page.all(".answer.streaming .source"), seconds=30)
    page.wait(lambda: not page.all(".answer.streaming") and page.all(f"{_ANSWER} .cite"), seconds=120)
    cite = page.all(f"{_ANSWER} .cite")[-1]
    assert re.fullmatch(r"\[?\d+\]?", cite.text.strip())
    answer_url = driver.current_url
    page.script("arguments[0].scrollIntoView({block: 'center'})", cite)
    cite.click()
    page.wait(lambda: page.all(".message.flash") or page.all("#panel .page.cited"))
    assert "message=" in driver.current_url or page.all("#panel .page.cited")
    driver.get(answer_url)
    page.ready()
    thumb = f'{_ANSWER} [data-verdict="up"]'
    page.wait(lambda: page.all(thumb))
    page.script("arguments[0].scrollIntoView({block: 'center'})", page.all(thumb)[-1])
    page.all(thumb)[-1].click()
    page.wait(lambda: page.all(thumb)[-1].get_attribute("aria-pressed") == "true")
    driver.refresh()
    page.ready()
    page.wait(lambda: page.all(thumb)[-1].get_attribute("aria-pressed") == "true")
