"""Block elements: buttons, menus, pickers and inputs, with the limits of each."""

from collections.abc import Mapping

from tests.fakes.slack.composition import (
    ACTION_ID,
    BOX_OPTION,
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH,
    MENU_OPTION,
    OPTION_GROUP,
    RICH_TEXT_PART,
    SLACK_FILE,
    any_text,
    plain_text,
)
from tests.fakes.slack.shape import (
    TYPE,
    Check,
    address,
    any_of,
    anything,
    boolean,
    both,
    by_type,
    fields,
    many,
    one_of,
    string,
    whole_number,
)

_USERS = many(string(most=30), most=100)
_VISIBLE_TO = many(string(most=30), most=10)
_LABEL = string(most=75)
_INTERACTIVE: Mapping[str, Check] = {"action_id": ACTION_ID, "confirm": CONFIRM}
_PICKER: Mapping[str, Check] = {**_INTERACTIVE, "placeholder": plain_text(most=150), "focus_on_load": boolean}
_TYPED: Mapping[str, Check] = {
    "action_id": ACTION_ID,
    "placeholder": plain_text(most=150),
    "focus_on_load": boolean,
    "dispatch_action_config": DISPATCH,
}
_MULTI: Mapping[str, Check] = {**_PICKER, "max_selected_items": whole_number}

BUTTON = fields(
    {**TYPE, "text": plain_text(most=75)},
    {
        **_INTERACTIVE,
        "url": address,
        "value": string(most=2000, least=0),
        "style": one_of("primary", "danger"),
        "accessibility_label": _LABEL,
        "visible_to_user_ids": _VISIBLE_TO,
        "agent_prompt": string(most=4000),
        "agent_prompt_display": string(most=4000),
    },
)
IMAGE = both(
    fields({**TYPE, "alt_text": string(most=2000)}, {"image_url": address, "slack_file": SLACK_FILE}),
    any_of("image_url", "slack_file"),
)
_FEEDBACK_SIDE = fields(
    {"text": plain_text(most=75)}, {"accessibility_label": _LABEL, "value": string(most=2000, least=0)}
)
FEEDBACK_BUTTONS = fields(
    {**TYPE, "positive_button": _FEEDBACK_SIDE, "negative_button": _FEEDBACK_SIDE}, {"action_id": ACTION_ID}
)
ICON_BUTTON = fields(
    {**TYPE, "icon": one_of("trash"), "text": plain_text(most=75)},
    {
        **_INTERACTIVE,
        "value": string(most=2000, least=0),
        "accessibility_label": _LABEL,
        "visible_to_user_ids": _VISIBLE_TO,
    },
)
_OPTIONS: Mapping[str, Check] = {"options": many(MENU_OPTION, most=100), "option_groups": many(OPTION_GROUP, most=100)}
_HAS_OPTIONS = any_of("options", "option_groups")
_OVERFLOW = fields({**TYPE, "options": many(MENU_OPTION, most=5)}, _INTERACTIVE)
_NUMBERISH = string(most=50)

CHOICES: Mapping[str, Check] = {
    "static_select": both(fields(TYPE, {**_PICKER, **_OPTIONS, "initial_option": MENU_OPTION}), _HAS_OPTIONS),
    "external_select": fields(TYPE, {**_PICKER, "min_query_length": whole_number, "initial_option": MENU_OPTION}),
    "users_select": fields(TYPE, {**_PICKER, "initial_user": string(most=30)}),
    "conversations_select": fields(
        TYPE,
        {
            **_PICKER,
            "initial_conversation": string(most=30),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": CONVERSATION_FILTER,
        },
    ),
    "channels_select": fields(TYPE, {**_PICKER, "initial_channel": string(most=30), "response_url_enabled": boolean}),
    "multi_static_select": both(
        fields(TYPE, {**_MULTI, **_OPTIONS, "initial_options": many(MENU_OPTION, most=100)}), _HAS_OPTIONS
    ),
    "multi_external_select": fields(
        TYPE, {**_MULTI, "min_query_length": whole_number, "initial_options": many(MENU_OPTION, most=100)}
    ),
    "multi_users_select": fields(TYPE, {**_MULTI, "initial_users": _USERS}),
    "multi_conversations_select": fields(
        TYPE,
        {
            **_MULTI,
            "initial_conversations": _USERS,
            "default_to_current_conversation": boolean,
            "filter": CONVERSATION_FILTER,
        },
    ),
    "multi_channels_select": fields(TYPE, {**_MULTI, "initial_channels": _USERS}),
    "datepicker": fields(TYPE, {**_PICKER, "initial_date": string(most=10, least=10)}),
    "timepicker": fields(TYPE, {**_PICKER, "initial_time": string(most=5, least=5), "timezone": string(most=50)}),
    "datetimepicker": fields(TYPE, {**_INTERACTIVE, "focus_on_load": boolean, "initial_date_time": whole_number}),
    "radio_buttons": fields(
        {**TYPE, "options": many(BOX_OPTION, most=10)},
        {**_INTERACTIVE, "focus_on_load": boolean, "initial_option": BOX_OPTION},
    ),
    "checkboxes": fields(
        {**TYPE, "options": many(BOX_OPTION, most=10)},
        {**_INTERACTIVE, "focus_on_load": boolean, "initial_options": many(BOX_OPTION, most=10)},
    ),
}
INPUTS: Mapping[str, Check] = {
    "plain_text_input": fields(
        TYPE,
        {
            **_TYPED,
            "initial_value": string(most=3000, least=0),
            "multiline": boolean,
            "min_length": whole_number,
            "max_length": whole_number,
        },
    ),
    "rich_text_input": fields(
        TYPE,
        {
            **_TYPED,
            "initial_value": fields({**TYPE, "elements": many(RICH_TEXT_PART, most=100)}, {"block_id": anything}),
            "min_lines": whole_number,
            "max_lines": whole_number,
        },
    ),
    "email_text_input": fields(TYPE, {**_TYPED, "initial_value": string(most=3000, least=0)}),
    "url_text_input": fields(TYPE, {**_TYPED, "initial_value": string(most=3000, least=0)}),
    "number_input": fields(
        {**TYPE, "is_decimal_allowed": boolean},
        {**_TYPED, "initial_value": _NUMBERISH, "min_value": _NUMBERISH, "max_value": _NUMBERISH},
    ),
    "file_input": fields(
        TYPE, {"action_id": ACTION_ID, "filetypes": many(string(most=20), most=100), "max_files": whole_number}
    ),
}

IN_ACTIONS = by_type({"button": BUTTON, "overflow": _OVERFLOW, **CHOICES}, what="element of an actions block")
IN_SECTION = by_type(
    {"button": BUTTON, "overflow": _OVERFLOW, "image": IMAGE, **CHOICES}, what="accessory of a section block"
)
IN_CONTEXT = by_type(
    {"image": IMAGE, "plain_text": plain_text(most=3000), "mrkdwn": any_text(most=3000)}, what="context"
)
IN_CONTEXT_ACTIONS = by_type(
    {"feedback_buttons": FEEDBACK_BUTTONS, "icon_button": ICON_BUTTON}, what="element of a context_actions block"
)
IN_INPUT = by_type({**INPUTS, **CHOICES}, what="element of an input block")
