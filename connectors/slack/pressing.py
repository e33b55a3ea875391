"""Something that was pressed, chosen or sent in, read from Slack's payload."""

from dataclasses import dataclass

from connectors.slack.fields import Payload, first_text, is_set, object_of, objects_of, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button, menu or shortcut; what does not apply is empty."""

    user_id: str
    user_name: str
    team_id: str
    """The workspace of who pressed; under Slack Connect another one."""
    action_id: str
    value: str
    """Of the button, or of the choice."""
    channel: str
    """Slack's id of the channel."""
    message_ts: str
    thread_ts: str
    """Of the thread that the message is in, its first message included."""
    is_ephemeral: bool
    response_url: str
    trigger_id: str
    message: Payload
    """Slack shows no ephemeral message again."""
    view: Payload


def press_of(body: Payload) -> Press:
    """Read ``block_actions``, ``message_action``, ``shortcut`` or ``view_submission``."""
    user, container, message = object_of(body, "user"), object_of(body, "container"), object_of(body, "message")
    action = next(objects_of(body, "actions"), {})
    return Press(
        user_id=text_of(user, "id"),
        user_name=first_text(user, "name", "username"),
        team_id=text_of(user, "team_id"),
        action_id=text_of(action, "action_id"),
        value=first_text(action, "value") or first_text(object_of(action, "selected_option"), "value"),
        channel=first_text(container, "channel_id") or text_of(object_of(body, "channel"), "id"),
        message_ts=first_text(container, "message_ts") or first_text(body, "message_ts") or text_of(message, "ts"),
        thread_ts=first_text(container, "thread_ts") or text_of(message, "thread_ts"),
        is_ephemeral=is_set(container, "is_ephemeral"),
        response_url=text_of(body, "response_url"),
        trigger_id=text_of(body, "trigger_id"),
        message=message,
        view=object_of(body, "view"),
    )
