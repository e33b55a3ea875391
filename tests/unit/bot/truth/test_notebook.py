"""Notes outlive a restart, each under its source."""

from pathlib import Path

from bot.truth.database import Database
from bot.truth.notebook import Notebook


async def test_notes_are_written_changed_found_by_prefix_and_removed(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'truth.db'}"
    database = Database(url)
    await database.migrate()
    notebook = Notebook(database)
    assert await notebook.read("slack:T1", "history:C1") is None
    await notebook.write("slack:T1", "history:C1", {"reached": "1.0"})
    await notebook.write("slack:T1", "history:C1", {"reached": "2.0", "done": False})
    await notebook.write("slack:T1", "history_of:C1", {})
    await notebook.write("slack:T2", "history:C1", {"other": 1})
    await database.close()

    database = Database(url)
    notebook = Notebook(database)
    assert await notebook.read("slack:T1", "history:C1") == {"reached": "2.0", "done": False}
    assert await notebook.all("slack:T1", "history:") == {"history:C1": {"reached": "2.0", "done": False}}
    assert set(await notebook.all("slack:T1", "history_")) == {"history_of:C1"}
    await notebook.write("slack:T1", "history:C1", None)
    await notebook.write("slack:T1", "never", None)
    assert await notebook.all("slack:T1", "") == {"history_of:C1": {}}
    await database.close()
