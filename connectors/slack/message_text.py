"""The words of a message, wherever Slack put them: its text, its blocks, its attachments, the comment on its file."""

from connectors.slack.blocks import attachments_text, blocks_text
from connectors.slack.fields import Payload, first_text, is_set, object_of, objects_of, storable, text_of
from connectors.slack.markup import Names, plain_text
from connectors.slack.message_kinds import is_said

_PREVIEW_KEYS = ("from_url", "original_url", "app_unfurl_url", "is_app_unfurl", "is_msg_unfurl", "is_share")


def message_text(message: Payload, names: Names) -> str:
    """What readers of the channel saw of a message, as plain text."""
    return storable(_words(message, text_of(message, "subtype"), names))


def without_previews(message: Payload) -> Payload:
    """The message without the previews that Slack adds to links after it was posted: nobody said them.

    A message reads the same before they come, after they came, and when it is edited afterwards. Of a message that is
    shared with it ("Share message") the address stays, which somebody chose.
    """
    if "attachments" not in message:
        return message
    parts = [_shared(part) or part for part in objects_of(message, "attachments")]
    said = [part for part in parts if _shared(part) or not any(part.get(key) for key in _PREVIEW_KEYS)]
    return {**message, "attachments": said}


def _shared(attachment: Payload) -> Payload | None:
    address = text_of(attachment, "from_url")
    return {"is_share": True, "from_url": address} if is_set(attachment, "is_share") and address else None


def _words(message: Payload, subtype: str, names: Names) -> str:
    file = object_of(message, "file")
    if subtype == "file_comment" and (comment := text_of(object_of(message, "comment"), "comment").strip()):
        about = first_text(file, "title", "name")
        said = plain_text(comment, names)
        return f"{about}: {said}" if about else said
    if subtype == "file_share" and file and "files" not in message:
        # Slack wrote "@ann uploaded a file: … and commented: …"; only the comment is somebody's words.
        return plain_text(text_of(object_of(file, "initial_comment"), "comment"), names).strip()
    text = plain_text(text_of(message, "text"), names)
    if not text.strip():
        text = blocks_text(message, names)
    if "attachments" in message and is_said(subtype):
        added = attachments_text(message, names)
        shared = [text_of(part, "from_url") for part in objects_of(message, "attachments") if _shared(part)]
        text = "\n".join(part for part in (text, added, *shared) if part.strip())
    return text
