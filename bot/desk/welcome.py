"""How people come to the desk, told at the start."""

from bot.desk.operators import Operators
from bot.errors import Language
from bot.settings import Settings
from bot.truth.database import Database

_DEMO = "demo"
_TEXTS: dict[str, dict[Language, str]] = {
    "demo": {"zh": "运营台（已带口令）：{address}", "en": "operators' desk, signed in: {address}"},
    "open": {"zh": "运营台：{address}", "en": "operators' desk: {address}"},
    "nobody": {
        "zh": "运营台 {address} 还没有人能登录，创建口令：shiguang operators add 名字",
        "en": "nobody can sign in at the operators' desk {address} yet: shiguang operators add NAME",
    },
}


async def desk_line(settings: Settings, address: str, *, demo: bool, language: Language) -> str:
    """One line with the desk's address. The demo lets an operator of its own in, with a new token at each start."""
    database = Database(settings.truth_url)
    try:
        operators = Operators(database)
        if demo:
            token = await operators.add(_DEMO)
            return _TEXTS["demo"][language].format(address=f"{address}admin#token={token}")
        kind = "open" if await operators.listed() else "nobody"
        return _TEXTS[kind][language].format(address=f"{address}admin")
    finally:
        await database.close()
