"""The page of the system tells what runs and what to do, and nothing that is nobody's business (invariant 8)."""

import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from bot.application import Application
from bot.desk import system as system_module
from bot.desk.system import SystemPart
from bot.desk.system_texts import Warned, warned
from bot.importing import ResumeMarks
from bot.settings import LlmSettings
from tests.builders import posted
from tests.quick_application import archive, quick_application
from tests.unit.bot.desk.conftest import House


class Office:
    """An application whose desk is opened by the test."""

    def __init__(self, application: Application, stack: AsyncExitStack) -> None:
        self.application, self._stack = application, stack
        self.states: dict[str, str] = {"archive": "ok", "model": "ok"}

    async def shown(self, language: str = "en") -> dict[str, object]:
        house = House(self.application.database, self._stack)

        async def ready() -> Mapping[str, str]:
            return self.states

        await house.open([SystemPart(self.application, ready=ready)])
        browser = await house.sign_in(f"Ann {time.monotonic_ns()}", "viewer")
        status, body = await browser.call("GET", "system", Accept_Language=language)
        assert status == 200, body
        return body


@pytest_asyncio.fixture
async def office() -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        application = await stack.enter_async_context(quick_application())
        yield Office(application, stack)


async def test_what_runs_and_waits_is_shown(office: Office) -> None:
    await archive(office.application, posted(1, "hello"))
    await office.application.inbox.append([posted(2, "waiting")])
    shown = await office.shown()
    assert shown["inbox"] == {"waiting": 1, "failed": 0, "done": 1}
    assert shown["index"] == {"waiting": 0, "failed": 0}
    assert shown["letters"] == {"waiting": 0, "failed": 0}
    assert shown["model"] == {
        "name": "scripted",
        "backend": "none",
        "context_tokens": 4096,
        "queue": {"waiting": 0, "size": 16},
        "adapter": None,
        "adapter_share": None,
    }
    assert shown["engine"] == {"backend": "edge", "truth": "sqlite"}
    disk = shown["disk"]
    assert isinstance(disk, dict)
    assert disk["used"]["database"] > 0
    assert {"shiguang", "python", "database", "qdrant-edge-py"} <= set(shown["versions"])  # type: ignore[call-overload]


async def test_what_is_wrong_is_told_with_what_to_do(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_module, "_LITTLE_BYTES", 10**18)
    office.states = {"archive": "unavailable", "model": "model_missing", "slack": "invalid_auth", "wecom": "starting"}
    folder = office.application.settings.home / "imports"
    ResumeMarks(folder).save("jsonl-1", 30, name="old.jsonl", total=120)
    long_ago = time.time() - 3600
    for path in folder.iterdir():
        os.utime(path, (long_ago, long_ago))
    ResumeMarks(folder).save("jsonl-2", 60, name="new.jsonl", total=120)
    shown = await office.shown()
    keys = [one["key"] for one in shown["warnings"]]  # type: ignore[attr-defined]
    assert keys == ["no_model", "archive_away", "platform_away", "disk_full", "import_stopped"]
    assert shown["imports"][0] | {"marked_at": ""} == {  # type: ignore[index]
        "name": "new.jsonl",
        "running": True,
        "share": 0.5,
        "marked_at": "",
    }
    told = shown["warnings"][2]  # type: ignore[index]
    assert told["what"] == "slack is not connected (invalid_auth): people there get no answers now."
    assert "doctor slack" in told["advice"]
    chinese = (await office.shown("zh"))["warnings"][2]  # type: ignore[index]
    assert "没有连上" in chinese["what"]


async def test_no_secret_address_or_foreign_path_is_shown(office: Office, tmp_path: Path) -> None:
    application = office.application
    llm = LlmSettings(backend="openai", base_url="http://models.internal:8080/v1", api_key=SecretStr("sk-geheim"))
    object.__setattr__(application, "settings", application.settings.model_copy(update={"llm": llm}))
    shown = str(await office.shown())
    for secret in ("sk-geheim", "models.internal", str(tmp_path)):
        assert secret not in shown
    assert system_module._bare("/somewhere/else/qwen.gguf") == "qwen.gguf"


def test_every_warning_is_told_in_both_languages() -> None:
    from bot.desk.system_texts import _TEXTS

    values = {"count": 3, "code": "x", "platform": "slack", "free": "1.0", "name": "a.zip"}
    for key in _TEXTS:
        for language in ("zh", "en"):
            told = warned(Warned(key, **values), "zh" if language == "zh" else "en")
            assert told["what"], key
            assert told["advice"], key
            assert "{" not in told["what"] + told["advice"]
