"""The page of categories: every change is kept and can be taken back, its effect is told before."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest_asyncio
from sqlalchemy.orm import Session

from bot.application import Application
from bot.desk.auditing import Auditing
from bot.desk.categories import CategoriesPart
from bot.truth.categories import correct
from tests.builders import channel, posted
from tests.quick_application import archive, quick_application
from tests.unit.bot.desk.conftest import Browser, House


class Office:
    """An application and somebody at its desk."""

    def __init__(self, application: Application, browser: Browser) -> None:
        self.application, self.browser = application, browser

    async def listed(self) -> dict[str, dict[str, Any]]:
        return {one["id"]: one for one in (await self.browser.get("categories"))["categories"]}


@pytest_asyncio.fixture
async def office() -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        application = await stack.enter_async_context(quick_application())
        house = House(application.database, stack)
        await house.open([CategoriesPart(application.database, application.indexer, application.archivist)])
        yield Office(application, await house.sign_in())


async def test_a_change_is_kept_with_its_author_and_taken_back(office: Office) -> None:
    browser = office.browser
    for body in ({"name_en": "resolution", "description": "what we agreed"}, {"name_zh": "决议"}):
        assert (await browser.call("PUT", "categories/decision", body))[0] == 200
    versions = (await browser.get("categories/decision/versions"))["versions"]
    assert [(one["name_zh"], one["name_en"], one["changed_by"]) for one in versions] == [
        ("决议", "resolution", "Ann"),
        ("决定", "resolution", "Ann"),
        ("决定", "decision", ""),
    ]
    shipped = versions[-1]
    assert (await browser.call("PUT", "categories/decision/version", {"version_id": shipped["version_id"]}))[0] == 200
    now = (await office.listed())["decision"]
    assert (now["name_zh"], now["name_en"], now["description"], now["versions"]) == (
        "决定",
        "decision",
        shipped["description"],
        4,
    )
    audit = await Auditing(office.application.database).listed(limit=9)
    assert [(one.action, one.target) for one in audit][:2] == [
        ("category_restored", "decision"),
        ("category_changed", "decision"),
    ]
    assert "决议" not in str(audit)
    wrong = {"version_id": 999}
    assert await browser.code("PUT", "categories/decision/version", wrong) == (404, "not_found")


async def test_added_ordered_archived_and_brought_back(office: Office) -> None:
    browser = office.browser
    _, added = await browser.call("POST", "categories", {"name_zh": "厨房", "name_en": "Kitchen"})
    assert (added["id"], added["shipped"]) == ("kitchen", False)
    assert await browser.code("POST", "categories", {"name_zh": "厨房", "name_en": "Cooking"}) == (400, "bad_input")
    order = ["kitchen", *(name for name in await office.listed() if name != "kitchen")]
    assert (await browser.call("PUT", "category-order", {"ids": order}))[0] == 200
    assert next(iter(await office.listed())) == "kitchen"
    assert await browser.code("PUT", "category-order", {"ids": order[1:]}) == (400, "bad_input")
    await browser.call("PUT", "categories/kitchen", {"archived": True})
    assert (await office.listed())["kitchen"]["archived"]
    assert await browser.code("PUT", "categories/kitchen", {"name_en": "Galley"}) == (400, "bad_input")
    await browser.call("PUT", "categories/kitchen", {"archived": False})
    assert not (await office.listed())["kitchen"]["archived"]
    assert [one["changed_by"] for one in (await browser.get("categories/kitchen/versions"))["versions"]] == ["Ann"] * 4


async def test_what_a_change_would_do_is_told_and_nothing_is_changed(office: Office) -> None:
    await archive(
        office.application,
        *(posted(n, f"Does anyone know where ladder number {n} is?") for n in range(1, 6)),
        posted(9, "Where is the secret ladder?", place=channel("me", "direct")),
    )
    listed = await office.listed()
    preview = await office.browser.get("category-preview", category_id="question", archived="true")
    assert (preview["looked_at"], preview["changed"]) == (5, 5), "direct chats are left alone"
    assert preview["counts"]["question"] == {"before": 5, "after": 0}
    record = preview["records"][0]
    assert record["channel"] == "launch"
    assert "question" in record["before"]
    assert "question" not in record["after"]
    assert "secret" not in str(preview)
    assert await office.listed() == listed
    same = await office.browser.get("category-preview", category_id="question", name_en="enquiry", latest="3")
    assert (same["looked_at"], same["changed"]) == (3, 0), "a shipped category is not learnt from its name"


async def test_no_secret_of_a_message_is_shown(office: Office) -> None:
    """Invariant 8."""
    await archive(office.application, posted(1, "Does anyone know why AKIAIOSFODNN7EXAMPLQ does not work?"))
    preview = await office.browser.get("category-preview", category_id="question", archived="true")
    assert preview["changed"] == 1
    assert "AKIA" not in str(preview)


async def test_an_archived_category_of_the_team_shows_what_comes_back(office: Office) -> None:
    """Learnt from examples, it is given to what is like them once it is brought back."""
    soup = [posted(n, f"soup kettle ladle broth {n}", author="Bo") for n in range(1, 11)]
    other = [posted(n, f"depot tyres axle number {n}", author="Bo") for n in range(20, 60)]
    await archive(office.application, *soup, *other)
    await office.browser.call("POST", "categories", {"name_zh": "厨房", "name_en": "Kitchen", "description": "soup"})

    def write(session: Session) -> None:
        for number in range(1, 5):
            correct(session, f"m{number}", "kitchen", present=True, person_id="p", at=datetime.now(UTC))

    async with office.application.database.begin() as connection:
        await connection.run_sync(lambda sync: write(Session(sync)))
    await office.browser.call("PUT", "categories/kitchen", {"archived": True})
    preview = await office.browser.get("category-preview", category_id="kitchen", archived="false")
    assert preview["examples"] == 4
    assert preview["counts"]["kitchen"]["before"] == 0
    assert preview["counts"]["kitchen"]["after"] >= 8
    await office.browser.call("PUT", "categories/kitchen", {"archived": False, "sort_again": 500})
    await office.application.archivist.drain()
    assert (await office.listed())["kitchen"]["records"] >= 8, "the latest messages were sorted again"


async def test_nonsense_is_refused(office: Office) -> None:
    for method, path, body in (
        ("PUT", "categories/nowhere", {"name_en": "x"}),
        ("PUT", "categories/decision", {"name_en": ""}),
        ("PUT", "categories/decision", {"colour": "red"}),
        ("PUT", "categories/decision", {"name_en": "question"}),
        ("POST", "categories", {"name_zh": "只有中文"}),
    ):
        status, code = await office.browser.code(method, path, body)
        assert (status, code) in {(400, "bad_input"), (404, "not_found")}, path
    status, _ = await office.browser.call("GET", "category-preview", query={"category_id": "nowhere"})
    assert status == 404
