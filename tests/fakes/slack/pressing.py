"""From a block and what a person did to it, the ``actions[]`` entry of the payload."""

from typing import Any

from tests.fakes.slack.errors import Json

_CHOSEN = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
}
_ONE_OPTION = ("static_select", "external_select", "radio_buttons", "overflow")


def find_element(blocks: list[Json], action_id: str, block_id: str | None) -> tuple[Json, Json]:
    """The block and the element that somebody wants to press; an AssertionError lists what there is."""
    seen: list[str] = []
    for block in blocks:
        candidates = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        for element in candidates:
            if not isinstance(element, dict) or "action_id" not in element:
                continue
            seen.append(element["action_id"])
            if element["action_id"] == action_id and block_id in (None, block.get("block_id")):
                return block, element
    raise AssertionError(f"nothing to press with action_id {action_id!r}; there are {seen}")


def action_of(block: Json, element: Json, *, negative: bool, choose: Any) -> Json:
    """What Slack says was done; of feedback buttons only the pressed side's value arrives."""
    kind = element["type"]
    action: Json = {"type": kind, "action_id": element["action_id"], "block_id": block.get("block_id", "")}
    if kind == "feedback_buttons":
        side = element["negative_button" if negative else "positive_button"]
        return action | {"value": side.get("value", ""), "text": {"emoji": True, **side["text"]}}
    if kind in ("button", "icon_button"):
        value = {"value": element["value"]} if "value" in element else {}
        return action | {"text": {"emoji": True, **element["text"]}} | value
    if kind in _ONE_OPTION:
        return action | {"selected_option": _option(element, choose)}
    if kind in ("multi_static_select", "multi_external_select", "checkboxes"):
        return action | {"selected_options": [_option(element, value) for value in choose]}
    return action | {_CHOSEN[kind]: choose}


def _option(element: Json, value: str) -> Json:
    groups = [group["options"] for group in element.get("option_groups", [])]
    options = [*element.get("options", []), *(option for group in groups for option in group)]
    for option in options:
        if option["value"] == value:
            chosen: Json = option
            return chosen
    raise AssertionError(f"no option has the value {value!r}; there are {[option['value'] for option in options]}")
