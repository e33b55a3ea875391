"""Questions drawn from the development data: as many, from the same seed, are always the same ones.

python -m tests.benchmarks.answer_samples locomo 80 4 > questions.jsonl
"""

import json
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.benchmarks.texts import data

Row = dict[str, Any]

_WITHOUT_ANSWER = {"locomo": 0.225, "zh_chat": 0.375}
"""Share of the questions that the archive cannot answer; of LoCoMo it is that of its adversarial ones."""


def locomo(count: int, seed: int) -> list[Row]:
    """English questions on three long chats; LoCoMo's adversarial ones have no answer."""
    rows = _rows("locomo")
    return _drawn(
        [row for row in rows if row["answer"] is not None], [row for row in rows if row["answer"] is None], count, seed,
        without=_WITHOUT_ANSWER["locomo"],
    )  # fmt: skip


def zh_chat(count: int, seed: int) -> list[Row]:
    """Chinese questions; those without an answer are asked in another channel of the same kind, where none is."""
    rows = _rows("zh_chat")
    chance = random.Random(f"elsewhere {seed}")
    channels = sorted({row["channel"] for row in rows})
    elsewhere = [_asked_elsewhere(row, channels, chance) for row in rows]
    return _drawn(rows, elsewhere, count, seed, without=_WITHOUT_ANSWER["zh_chat"])


SAMPLES: Mapping[str, Callable[[int, int], list[Row]]] = {"locomo": locomo, "zh_chat": zh_chat}


def written(rows: Sequence[Row]) -> str:
    """As a file that ``eval answers`` reads."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _drawn(answerable: Sequence[Row], others: Sequence[Row], count: int, seed: int, *, without: float) -> list[Row]:
    """Answerable ones and others, no question twice, mixed."""
    chance = random.Random(seed)
    unanswered = round(count * without)
    drawn = chance.sample(answerable, count - unanswered)
    taken = {row["question"] for row in drawn}
    drawn += chance.sample([row for row in others if row["question"] not in taken], unanswered)
    chance.shuffle(drawn)
    return drawn


def _asked_elsewhere(row: Row, channels: Sequence[str], chance: random.Random) -> Row:
    kind = row["channel"].partition("-")[0]
    others = [name for name in channels if name != row["channel"]]
    alike = [name for name in others if name.partition("-")[0] == kind] or others
    qid = f"{row['qid']}:elsewhere"
    return {**row, "qid": qid, "channel": chance.choice(alike), "answer": None, "answers": None, "evidence": []}


def _rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (data(name) / "questions.jsonl").read_text("utf-8").splitlines()]


if __name__ == "__main__":
    sys.stdout.write(written(SAMPLES[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))))
