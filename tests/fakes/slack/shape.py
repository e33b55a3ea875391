"""Small checks that are put together into the shapes Slack accepts; problems read as Slack words them."""

from collections.abc import Callable, Mapping
from typing import Any

Problems = list[str]
Check = Callable[[Any, str, Problems], None]
"""Looks at a value at a JSON pointer and appends what is wrong with it."""


def problem(problems: Problems, text: str, pointer: str) -> None:
    """Append one, with the place."""
    problems.append(f"{text} [json-pointer:{pointer}]")


def string(*, most: int, least: int = 1) -> Check:
    """A string of so many characters."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, str):
            problem(problems, "must provide a string", pointer)
        elif len(value) > most:
            problem(problems, f"must be less than {most + 1} characters", pointer)
        elif len(value) < least:
            problem(problems, f"must be more than {least - 1} characters", pointer)

    return check


def boolean(value: Any, pointer: str, problems: Problems) -> None:
    """True or false."""
    if not isinstance(value, bool):
        problem(problems, "must provide a boolean", pointer)


def whole_number(value: Any, pointer: str, problems: Problems) -> None:
    """An integer."""
    if not isinstance(value, int) or isinstance(value, bool):
        problem(problems, "must provide an integer", pointer)


def anything(value: Any, pointer: str, problems: Problems) -> None:
    """Not looked at."""


def one_of(*values: str) -> Check:
    """One of these strings."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if value not in values:
            problem(problems, "must be a valid enum value", pointer)

    return check


def address(value: Any, pointer: str, problems: Problems) -> None:
    """A web address of at most 3,000 characters."""
    string(most=3000)(value, pointer, problems)
    if isinstance(value, str) and not value.startswith(("http://", "https://", "mailto:", "slack://", "tel:")):
        problem(problems, "must be a valid url", pointer)


def many(check_item: Check, *, most: int, least: int = 1) -> Check:
    """An array."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, list):
            problem(problems, "must provide an array", pointer)
            return
        if len(value) > most:
            problem(problems, f"no more than {most} items allowed", pointer)
        if len(value) < least:
            problem(problems, f"no fewer than {least} items allowed", pointer)
        for index, item in enumerate(value):
            check_item(item, f"{pointer}/{index}", problems)

    return check


def fields(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with these fields and no others."""
    known = {**required, **(optional or {})}

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problem(problems, "must provide an object", pointer)
            return
        for name in required:
            if value.get(name) is None:
                problem(problems, f"missing required field: {name}", pointer)
        for name, part in value.items():
            if name not in known:
                problem(problems, f"invalid additional property: {name}", pointer)
            elif part is not None or name not in required:
                known[name](part, f"{pointer}/{name}", problems)

    return check


def by_type(shapes: Mapping[str, Check], *, what: str) -> Check:
    """An object whose ``type`` chooses its shape."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str):
            problem(problems, "missing required field: type", pointer)
        elif kind not in shapes:
            problem(problems, f"unsupported type: {kind} ({what})", f"{pointer}/type")
        else:
            shapes[kind](value, pointer, problems)

    return check


def both(*checks: Check) -> Check:
    """All of these."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        for each in checks:
            each(value, pointer, problems)

    return check


def any_of(*names: str) -> Check:
    """An object that has at least one of these fields."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if isinstance(value, dict) and not any(value.get(name) for name in names):
            problem(problems, f"must provide one of: {', '.join(names)}", pointer)

    return check


TYPE: Mapping[str, Check] = {"type": string(most=50)}
"""Every typed object has it, and ``by_type`` has looked at it."""
