"""Rows as training programs read them.

The file itself is for ``datasets`` and TRL: conversational language modelling, preference and unpaired preference.
LLaMA-Factory reads ``messages`` of the first as they are; of the other two it wants other columns, so that there is a
second file of the same rows beside it.
"""

from pathlib import Path
from typing import Any, Final

from bot.training.example import Example, Format

_TAGS: Final = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "system_tag": "system",
}
_COLUMNS: Final[dict[Format, dict[str, Any]]] = {
    "sft": {"columns": {"messages": "messages"}},
    "dpo": {"ranking": True, "columns": {"messages": "messages", "chosen": "chosen", "rejected": "rejected"}},
    "kto": {"columns": {"messages": "messages", "kto_tag": "label"}},
}

Row = dict[str, Any]


def row(wanted: Format, example: Example) -> Row:
    """A row for ``datasets`` and TRL."""
    prompt = [_message(message.role, message.content) for message in example.prompt]
    said = _message("assistant", example.completion)
    match wanted:
        case "sft":
            return {"messages": [*prompt, said]}
        case "dpo":
            return {"prompt": prompt, "chosen": [said], "rejected": [_message("assistant", example.rejected or "")]}
        case "kto":
            return {"prompt": prompt, "completion": [said], "label": bool(example.label)}


def factory_row(wanted: Format, made: Row) -> Row | None:
    """The same row for LLaMA-Factory; None where it reads the other one."""
    match wanted:
        case "sft":
            return None
        case "dpo":
            return {"messages": made["prompt"], "chosen": made["chosen"][0], "rejected": made["rejected"][0]}
        case "kto":
            return {"messages": [*made["prompt"], *made["completion"]], "label": made["label"]}


def factory_path(wanted: Format, out: Path) -> Path | None:
    """Where the rows for LLaMA-Factory lie; None where it reads the file itself."""
    return None if wanted == "sft" else out.with_name(f"{out.stem}.llamafactory{out.suffix}")


def dataset_info(wanted: Format, out: Path) -> dict[str, Any]:
    """The entry of LLaMA-Factory's ``dataset_info.json``, by the name to be given as ``dataset``."""
    file = factory_path(wanted, out) or out
    return {out.stem: {"file_name": file.name, "formatting": "sharegpt", **_COLUMNS[wanted], "tags": _TAGS}}


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}
