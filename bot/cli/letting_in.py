"""What ``operators`` does."""

import getpass

from bot.cli.output import ERR, OUT, print_json
from bot.cli.truth import open_truth
from bot.desk.auditing import Auditing
from bot.desk.operators import Operators
from bot.desk.route import Role
from bot.errors import Language
from bot.language import system_language
from bot.web.address import page_url

_TEXTS: dict[str, dict[Language, str]] = {
    "token": {
        "zh": "{name} 的口令，只显示这一次：",
        "en": "token of {name}, shown only this once:",
    },
    "where": {"zh": "登录地址：{address}", "en": "sign in at: {address}"},
    "removed": {
        "zh": "已移除 {name}；已打开的页面会退出",
        "en": "{name} was removed; pages they have open are signed out",
    },
    "none": {
        "zh": "还没有人能登录运营台。shiguang operators add 名字",
        "en": "nobody can sign in at the desk yet: shiguang operators add NAME",
    },
    "never": {"zh": "从未登录", "en": "never here"},
    "seen": {"zh": "最近使用 {time}", "en": "last here {time}"},
    "operator": {"zh": "运营", "en": "operator"},
    "viewer": {"zh": "只读", "en": "viewer"},
}


async def add_one(name: str, *, role: Role, as_json: bool) -> None:
    """Add, audit, and print the token; raises ``BadInput``."""
    async with open_truth() as (settings, database):
        token = await Operators(database).add(name, role=role)
        await Auditing(database).note(_caller(), "operator_added", " ".join(name.split()), {"role": role})
    language, address = system_language(), page_url(settings.web)
    if as_json:
        print_json({"name": name, "role": role, "token": token, "address": f"{address}/admin"})
        return
    ERR.print(_TEXTS["token"][language].format(name=name), markup=False)
    OUT.print(token, markup=False)
    ERR.print(_TEXTS["where"][language].format(address=f"{address}/admin"), markup=False)


async def show_all(*, as_json: bool) -> None:
    """Print who may sign in."""
    async with open_truth() as (_, database):
        listed = await Operators(database).listed()
    if as_json:
        people = [
            {
                "name": one.name,
                "role": one.role,
                "created_at": one.created_at.isoformat(),
                "seen_at": one.seen_at.isoformat() if one.seen_at else None,
            }
            for one in listed
        ]
        print_json({"operators": people})
        return
    language = system_language()
    if not listed:
        ERR.print(_TEXTS["none"][language], markup=False)
    for one in listed:
        if one.seen_at is None:
            seen = _TEXTS["never"][language]
        else:
            seen = _TEXTS["seen"][language].format(time=one.seen_at.astimezone().isoformat(" ", "minutes")[:16])
        OUT.print(f"{one.name}  {_TEXTS[one.role][language]}  {seen}", markup=False)


async def remove_one(name: str) -> None:
    """Remove and audit; raises ``NotFound``."""
    async with open_truth() as (_, database):
        await Operators(database).remove(name)
        await Auditing(database).note(_caller(), "operator_removed", name)
    OUT.print(_TEXTS["removed"][system_language()].format(name=name), markup=False)


def _caller() -> str:
    """The audit shows a command by the name of who ran it on this machine."""
    try:
        return f"{getpass.getuser()} (command)"
    except (KeyError, OSError):
        return "command"
