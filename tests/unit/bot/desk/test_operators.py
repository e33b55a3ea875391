"""Who may work at the desk."""

import sqlite3
from pathlib import Path

import pytest

from bot.desk.operators import Operators, session_key
from bot.errors import BadInput, NotFound
from tests.unit.bot.desk.conftest import House


async def test_a_token_opens_a_session_until_it_is_replaced_or_its_owner_removed(house: House) -> None:
    operators = Operators(house.database)
    first = await operators.add(" Ann  Lee ")
    assert (await operators.by_session(session_key(first))) is not None
    second = await operators.add("Ann Lee", role="viewer")
    assert await operators.by_session(session_key(first)) is None
    known = await operators.by_session(session_key(f" {second}\n"))
    assert known is not None
    assert (known.name, known.role) == ("Ann Lee", "viewer")
    await operators.remove("Ann Lee")
    assert await operators.by_session(session_key(second)) is None
    assert await operators.listed() == []
    with pytest.raises(NotFound):
        await operators.remove("Ann Lee")


async def test_neither_token_nor_session_can_be_read_in_the_database(house: House, tmp_path: Path) -> None:
    token = await Operators(house.database).add("Ann")
    with sqlite3.connect(tmp_path / "truth.db") as plain:
        kept = str(plain.execute("SELECT * FROM operators").fetchall())
    assert token not in kept
    assert session_key(token) not in kept


async def test_it_is_remembered_when_they_were_here(house: House) -> None:
    operators = Operators(house.database)
    token = await operators.add("Ann")
    assert (await operators.listed())[0].seen_at is None
    await operators.by_session(session_key(token))
    assert (await operators.listed())[0].seen_at is not None


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\u202eb", "a\0"])
async def test_names_can_be_read(house: House, name: str) -> None:
    with pytest.raises(BadInput):
        await Operators(house.database).add(name)
