"""Subtypes of messages: which somebody said, and which are Slack reporting something."""

_SAID = frozenset(
    {
        "",
        "bot_message",
        "file_share",
        "file_comment",
        "file_mention",
        "thread_broadcast",
        "reply_broadcast",
        "me_message",
    }
)

ABOUT_FILES = frozenset({"file_comment", "file_mention"})
"""They carry a file that another message shared, and to which it belongs."""
JOINS = frozenset({"channel_join", "group_join", "mpim_join"})
LEAVES = frozenset({"channel_leave", "group_leave", "mpim_leave"})
WITHHELD = "ekm_access_denied"
"""The organisation took back the key of a message: that it is there is all that anybody may know now."""


def is_said(subtype: str) -> bool:
    """Whether these are somebody's words; every other subtype, those to come included, is a report of Slack."""
    return subtype in _SAID
