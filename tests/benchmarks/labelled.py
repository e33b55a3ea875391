"""Messages of the development data with the categories a person gave them; here are only ids, texts stay outside."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path

from bot.sample.shift import Shift
from connectors.events import MessagePosted
from connectors.slack.export import SlackExport
from knowledge.categories import Said
from knowledge.surroundings import Line, Surroundings, surround
from tests.benchmarks.texts import data

LABELS = Path(__file__).with_name("category_labels.jsonl")
"""A line a message: set, id, labels (none, one or several), and whether it was drawn at random or looked for."""
SETS = {
    "slack": "slack-export-dev.zip",
    "slack-native": "slack-export-native-dev.zip",
    "irc": "irc_ubuntu",
    "en-meetings": "en_meetings",
    "zh-meetings": "zh_meetings",
    "zh-chat": "zh_chat",
}
SAMPLE = "sample"
"""The archive that comes with the program: Chinese and mixed talk of a team, written before the models were made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A message among its neighbours, and its categories."""

    set_name: str
    surroundings: Surroundings
    labels: frozenset[str]
    random: bool
    """Drawn at random; else looked for by words of rare categories."""

    @property
    def for_tuning(self) -> bool:
        """A quarter may be looked at while models are made; only the rest counts for published figures."""
        return int(sha256(self.surroundings.line.record_id.encode()).hexdigest(), 16) % 4 == 0


def labelled() -> list[Labelled]:
    """Every labelled message; skips the test when the data are not there."""
    rows = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
    return [
        Labelled(
            set_name=row["set"],
            surroundings=placed(row["set"])[row["id"]],
            labels=frozenset(row["labels"]),
            random=row["random"],
        )
        for row in rows
    ]


def said_of(one: Labelled) -> Said:
    """A labelled message as the models read it."""
    around = one.surroundings
    before = [around.neighbours[offset] for offset in sorted(around.neighbours) if offset < 0]
    head = around.head
    return Said(
        text=around.line.text,
        author=around.line.author,
        before=tuple((line.author, line.text) for line in before),
        head=(head.author, head.text) if head is not None and head.record_id != around.line.record_id else None,
    )


@cache
def placed(set_name: str) -> dict[str, Surroundings]:
    """Every message of a set that has words, among its neighbours in the channel or thread."""
    groups: dict[tuple[str, str | None], list[Line]] = defaultdict(list)
    heads: dict[str, Line] = {}
    for channel, thread, line in _sample_lines() if set_name == SAMPLE else _lines(data(SETS[set_name])):
        groups[channel, thread].append(line)
        heads[line.record_id] = line
    return {
        line.record_id: surround(lines, place, heads.get(thread) if thread else None)
        for (_, thread), lines in groups.items()
        for place, line in enumerate(lines)
    }


def _sample_lines() -> Iterator[tuple[str, str | None, Line]]:
    shift = Shift.to_end_before(datetime(2026, 11, 2, tzinfo=UTC))
    for text in resources.files("bot.sample").joinpath("archive.jsonl").read_text("utf-8").splitlines():
        row = json.loads(text)
        words = "\n".join([shift.text(row["text"]), *(f"[{file['name']}]" for file in row["files"])])
        yield row["channel"], row["thread_id"], Line(record_id=row["id"], author=row["user"], text=words)


def _lines(path: Path) -> Iterator[tuple[str, str | None, Line]]:
    if path.suffix == ".zip":
        with SlackExport(path) as export:
            for event, _ in export.events():
                if isinstance(event, MessagePosted) and not event.system:
                    text = "\n".join(filter(None, (event.text, *(f"[{file.name}]" for file in event.files))))
                    if text:
                        line = Line(record_id=event.record_id, author=event.author.name, text=text)
                        yield event.channel.channel_id, event.thread_id, line
        return
    for text in (path / "messages.jsonl").read_text("utf-8").splitlines():
        row = json.loads(text)
        if row["text"]:
            yield row["channel"], row["thread_id"], Line(record_id=row["id"], author=row["user"], text=row["text"])
