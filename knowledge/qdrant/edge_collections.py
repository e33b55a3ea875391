"""The embedded engine's collections on disk: one shard each, and a pointer file for aliases.

FOLDER/collections/NAME/shard/             the engine's files
FOLDER/collections/NAME/collection.json    the ``CreateCollection`` it was made from, its metadata included
FOLDER/aliases.json                        alias to collection; replaced atomically
"""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qdrant_edge import EdgeShard

from knowledge.qdrant.edge_translation import Plain, collection_config

_NAME = re.compile(r"[A-Za-z0-9_-]{1,200}")


class EngineRefusal(Exception):  # named for what happened, like all our exceptions
    """Told to the client; ``status`` is what a Qdrant server would answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(slots=True)
class OpenCollection:
    """A loaded collection. ``changed`` since the last flush, which is what a loss of power would take."""

    shard: EdgeShard
    spec: Plain
    changed: bool = False
    successor: str | None = None
    """Where every change is written too, while this collection is moved there."""

    def flush(self) -> bool:
        """Write everything to disk and shorten the log that a restart would replay; False when nothing had changed."""
        if not self.changed:
            return False
        self.shard.flush()
        self.changed = False
        return True


class EdgeCollections:
    """Everything below one folder; the caller holds the folder's lock."""

    def __init__(self, folder: Path) -> None:
        self._root = folder / "collections"
        self._alias_file = folder / "aliases.json"
        self._open: dict[str, OpenCollection] = {}
        self._aliases: dict[str, str] = {}

    def load(self) -> None:
        """Open what is there, replaying logs, and remove what a crash left half made or half deleted."""
        self._root.mkdir(parents=True, exist_ok=True)
        for folder in sorted(self._root.iterdir()):
            if folder.name.startswith("."):
                shutil.rmtree(folder)
            else:
                self._open[folder.name] = _load(folder)
        if self._alias_file.exists():
            self._aliases = json.loads(self._alias_file.read_text())

    @property
    def names(self) -> list[str]:
        """Names of the collections, aliases not among them."""
        return sorted(self._open)

    @property
    def aliases(self) -> dict[str, str]:
        """Alias to collection."""
        return dict(self._aliases)

    def get(self, name: str) -> OpenCollection:
        """A collection by its name or alias; refused with 404 when there is none."""
        found = self._open.get(self._aliases.get(name, name))
        if found is None:
            raise EngineRefusal(404, f"no collection {name!r}")
        return found

    def create(self, name: str, spec: Plain) -> None:
        """Make an empty collection; a crash leaves all of it or nothing. Refused with 409 when the name is taken."""
        if not _NAME.fullmatch(name):
            raise EngineRefusal(400, f"{name!r} cannot be the name of a collection")
        if name in self._open or name in self._aliases:
            raise EngineRefusal(409, f"collection {name!r} exists")
        config = collection_config(spec)
        fresh = self._root / f".new-{name}"
        shutil.rmtree(fresh, ignore_errors=True)
        shard = fresh / "shard"
        shard.mkdir(parents=True)
        EdgeShard.create(str(shard), config).close()
        (fresh / "collection.json").write_text(json.dumps(spec))
        self._open[name] = _load(fresh.rename(self._root / name))

    def replace(self, name: str, by: str) -> Path | None:
        """Let the aliases of a collection mean another one, and drop it; see ``drop``."""
        self._set_aliases({alias: by if target == name else target for alias, target in self._aliases.items()})
        return self.drop(name)

    def drop(self, name: str) -> Path | None:
        """Forget a collection at once; its files, moved aside, are the caller's to remove."""
        collection = self._open.pop(name, None)
        if collection is None:
            return None
        collection.shard.close()
        self._set_aliases({alias: target for alias, target in self._aliases.items() if target != name})
        doomed = self._root / f".dropped-{name}"
        shutil.rmtree(doomed, ignore_errors=True)
        return (self._root / name).rename(doomed)

    def change_aliases(self, operations: list[dict[str, Any]]) -> None:
        """Apply ``create_alias`` and ``delete_alias`` in order, all of them or none."""
        aliases = dict(self._aliases)
        for operation in operations:
            match operation:
                case {"create_alias": {"alias_name": str(alias), "collection_name": str(target)}}:
                    if target not in self._open:
                        raise EngineRefusal(404, f"no collection {target!r}")
                    aliases[alias] = target
                case {"delete_alias": {"alias_name": str(alias)}}:
                    aliases.pop(alias, None)
                case _:
                    raise EngineRefusal(400, f"unknown alias operation {sorted(operation)}")
        self._set_aliases(aliases)

    def flush(self) -> bool:
        """Flush what has changed; False when nothing had."""
        flushed = [collection.flush() for collection in self._open.values()]
        return any(flushed)

    def close(self) -> None:
        """Flush and release everything."""
        for collection in self._open.values():
            collection.shard.close()
        self._open.clear()

    def _set_aliases(self, aliases: dict[str, str]) -> None:
        if aliases != self._aliases:
            fresh = self._alias_file.with_suffix(".new")
            fresh.write_text(json.dumps(aliases))
            fresh.replace(self._alias_file)
            self._aliases = aliases


def _load(folder: Path) -> OpenCollection:
    spec = json.loads((folder / "collection.json").read_text())
    return OpenCollection(EdgeShard.load(str(folder / "shard")), spec, changed=True)
