"""What ``ask --replay`` does."""

from dataclasses import asdict
from typing import Any

from rich.table import Column, Table

from bot.answering.grounding import GroundingCheck
from bot.answering.replaying import Performance, Replay, Replaying, Verdict
from bot.application import open_application
from bot.cli.output import ERR, OUT, print_json
from bot.settings import load_settings


async def show_replay(answer_id: str, *, as_json: bool) -> None:
    """Have the model of the settings answer again from what was kept, and print both answers side by side."""
    async with open_application(load_settings()) as application:
        replaying = Replaying(
            answers=application.answers,
            model=application.model,
            check=GroundingCheck(application.embedder, zone=application.zone),
            zone=application.zone,
        )
        await replaying.replayable(answer_id)
        with ERR.status("loading the language model"):
            await application.model.start()
        try:
            replay = await replaying.replay(answer_id)
        finally:
            await application.model.close()
    if as_json:
        print_json(replay_json(replay))
    else:
        _print(replay)


def replay_json(replay: Replay) -> dict[str, Any]:
    """Everything about both times."""
    stored = replay.stored
    return {
        "answer_id": stored.answer_id,
        "question": stored.question,
        "asked_at": stored.asked_at.isoformat(),
        "same_output": replay.same_output,
        "same_answer": replay.same_answer,
        "prompt_version": stored.trace["prompt_version"],
        "prompt_in_use": replay.prompt_in_use,
        "sampling": stored.trace["sampling"],
        "then": _performance_json(replay.then),
        "now": _performance_json(replay.now),
        "sentences": [
            {"text": one.text, "then": _verdict_json(one.then), "now": _verdict_json(one.now)}
            for one in replay.sentences
        ],
    }


def _performance_json(one: Performance) -> dict[str, Any]:
    return asdict(one)


def _verdict_json(verdict: Verdict | None) -> dict[str, Any] | None:
    return None if verdict is None else {"citations": list(verdict.citations), "problem": verdict.problem}


def _print(replay: Replay) -> None:
    stored, then, now = replay.stored, replay.then, replay.now
    OUT.print(f"{stored.question}  ({stored.asked_at:%Y-%m-%d %H:%M} UTC)", markup=False, style="bold")
    # Names of models that differ at their end must be seen to differ.
    table = Table("", Column("then", overflow="fold"), Column("now", overflow="fold"), show_lines=True)
    table.add_row("model", then.model, now.model)
    table.add_row("prompt", stored.trace["prompt_version"], f"the same (in use: {replay.prompt_in_use})")
    table.add_row("check", then.check_version, now.check_version)
    for name, label in (("first_token", "first token"), ("generated", "last token")):
        table.add_row(label, _seconds(then, name), _seconds(now, name))
    table.add_row("said", _plain(then.raw), "the same" if replay.same_output else _plain(now.raw))
    table.add_row("answer", then.reason or "answered", now.reason or "answered")
    for sentence in replay.sentences:
        table.add_row(_plain(sentence.text), _told(sentence.then), _told(sentence.now))
    OUT.print(table)


def _seconds(one: Performance, name: str) -> str:
    return f"{one.timings_ms[name] / 1000:.1f} s" if name in one.timings_ms else "–"


def _told(verdict: Verdict | None) -> str:
    if verdict is None:
        return "not said"
    return "".join(_plain(f"[{n}]") for n in verdict.citations) or f"dropped: {_plain(verdict.problem or '')}"


def _plain(text: str) -> str:
    """Square brackets would be markup."""
    return text.replace("[", "\\[")
