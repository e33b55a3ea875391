"""``python -m tests.fakes.wecom``: starts, prints what a bot needs, and obeys lines."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.fakes.wecom import FakeWeCom
from tests.fakes.wecom.__main__ import obey
from tests.unit.fakes.wecom.conftest import TinyBot


async def test_lines_do_what_they_say(calling: FakeWeCom, bot: TinyBot) -> None:
    bot.answer = lambda body: (
        {"msgtype": "stream", "stream": {"id": "S1", "finish": True, "content": "好", "feedback": {"id": "F"}}}
        if body["msgtype"] == "text"
        else None
    )
    assert "delivered" in await obey(calling, ["group", "alice", "在吗"])
    assert "delivered" in await obey(calling, ["up", "bob"])
    assert "[stream] 好" in await obey(calling, ["show"])
    with pytest.raises(KeyError):
        await obey(calling, ["direct", "nobody", "x"])


async def test_it_starts_and_stops() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.fakes.wecom", "--port", "0", "--robot-callback", "http://127.0.0.1:9/", "--mode", "callback"),
        cwd=Path(__file__).parents[4],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await asyncio.wait_for(process.communicate("direct nobody x\ndirect alice 在吗\nquit\n".encode()), 120)
    text = output.decode()
    settings = json.loads(text[: text.index("Commands")])
    assert settings["addresses"]["long_connection_url"].startswith("ws://127.0.0.1:")
    assert {"bot_id", "secret", "token", "encoding_aes_key"} == set(settings["robot"])
    assert "no: KeyError" in text and "not delivered" in text
    assert process.returncode == 0
