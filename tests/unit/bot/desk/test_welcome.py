"""What the start tells about the desk."""

from pathlib import Path

from bot.desk.operators import Operators, session_key
from bot.desk.welcome import desk_line
from bot.settings import Settings
from tests.unit.bot.desk.conftest import House


async def test_the_demo_lets_a_newcomer_in_and_a_real_start_says_how(house: House, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    told = await desk_line(settings, "http://127.0.0.1:1/", demo=False, language="zh")
    assert "shiguang operators add" in told
    demo = await desk_line(settings, "http://127.0.0.1:1/", demo=True, language="en")
    address, _, token = demo.partition("#token=")
    assert address.endswith("http://127.0.0.1:1/admin")
    operator = await Operators(house.database).by_session(session_key(token))
    assert operator is not None
    assert operator.name == "demo"
    told = await desk_line(settings, "http://127.0.0.1:1/", demo=False, language="en")
    assert told == "operators' desk: http://127.0.0.1:1/admin"
