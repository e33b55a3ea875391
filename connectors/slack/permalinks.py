"""Links to messages, as Slack itself makes them: known without asking for each."""

from connectors.slack.ids import moment


def permalink(workspace_url: str, slack_channel_id: str, ts: str, thread_ts: str = "") -> str:
    """The link to a message; with ``thread_ts`` (that of its thread's first message) it opens in its thread."""
    link = f"{workspace_url.rstrip('/')}/archives/{slack_channel_id}/p{ts.replace('.', '')}"
    return f"{link}?thread_ts={thread_ts}&cid={slack_channel_id}" if is_reply(ts, thread_ts) else link


def is_reply(ts: str, thread_ts: str) -> bool:
    """Whether a message with these times answers in a thread; the first message of a thread names itself."""
    return moment(thread_ts) is not None and thread_ts != ts
