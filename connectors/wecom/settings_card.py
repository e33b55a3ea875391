"""``/设置``: when the digest comes, on a card; carried out by the same commands that people type."""

from collections.abc import Mapping, Sequence
from typing import Final

from connectors.connector import Language
from connectors.events import ChannelRef
from connectors.wecom.cards import LONGEST_KEY_BYTES, new_task_id, option, short
from connectors.wecom.site import Json
from connectors.wecom.texts import Key, say

SETTINGS: Final = ("/设置", "/settings")
SET: Final = "set:"
_HOURS: Final = (7, 8, 9, 10, 12, 14, 16, 17, 18, 20)
"""A list has ten options at most."""
_DAYS: Final[tuple[Key, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHINESE_DAYS: Final[dict[str, str]] = dict(zip(_DAYS, ("一", "二", "三", "四", "五", "六", "日"), strict=True))
_LANGUAGES: Final[dict[str, Language]] = {"zh": "zh", "en": "en"}


def settings_card(channel: ChannelRef, language: Language) -> Json | None:
    """The card of a chat; None when its id does not fit on a button."""
    key = f"{SET}{language}:{channel.channel_id}"
    if len(key.encode()) > LONGEST_KEY_BYTES:
        return None
    rhythms: tuple[tuple[str, Key], ...] = (
        ("daily", "settings_daily"),
        ("weekly", "settings_weekly"),
        ("off", "settings_off"),
    )
    is_own = channel.visibility == "direct"
    return {
        "card_type": "multiple_interaction",
        "source": {"desc": say("name", language), "desc_color": 0},
        "main_title": {
            "title": short(say("settings_mine" if is_own else "settings_title", language), 26),
            "desc": short(say("settings_desc", language), 30),
        },
        "select_list": [
            _select(
                "rhythm", "settings_rhythm", [option(say(text, language), name) for name, text in rhythms], language
            ),
            _select("hour", "settings_hour", [option(f"{hour}:00", str(hour)) for hour in _HOURS], language, first="9"),
            _select("day", "settings_day", [option(say(day, language), day) for day in _DAYS], language),
        ],
        "submit_button": {"text": short(say("settings_submit", language), 10), "key": key},
        "task_id": new_task_id("set"),
    }


def place_in(key: str) -> tuple[Language, str] | None:
    """Language and channel of such a card; None for another key."""
    kind, _, rest = key.partition(":")
    language, _, channel_id = rest.partition(":")
    if f"{kind}:" != SET or language not in _LANGUAGES or not channel_id:
        return None
    return _LANGUAGES[language], channel_id


def digest_command(chosen: Mapping[str, Sequence[str]], language: Language) -> str:
    """What was chosen as the command that people type; what is missing or unknown is the usual."""
    rhythm = _first(chosen, "rhythm", {"daily", "weekly", "off"}, "daily")
    hour = int(_first(chosen, "hour", {str(each) for each in _HOURS}, "9"))
    day = _first(chosen, "day", set(_DAYS), "mon")
    if language == "zh":
        when = {"off": "关", "daily": f"每天 {hour}点", "weekly": f"每周{_CHINESE_DAYS[day]} {hour}点"}
        return f"/日报 {when[rhythm]}"
    return "/digest " + {"off": "off", "daily": f"daily {hour:02}:00", "weekly": f"weekly {day} {hour:02}:00"}[rhythm]


def _select(question: str, title: Key, options: Sequence[Json], language: Language, *, first: str = "") -> Json:
    return {
        "question_key": question,
        "title": short(say(title, language), 13),
        "option_list": list(options),
        "selected_id": first or options[0]["id"],
    }


def _first(chosen: Mapping[str, Sequence[str]], question: str, known: set[str], usual: str) -> str:
    return next((each for each in chosen.get(question, ()) if each in known), usual)
