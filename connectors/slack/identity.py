"""Who the bot is in one workspace, as ``auth.test`` and ``bots.info`` tell."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The installed bot. ``url`` ends with a slash, such as ``https://acme.slack.com/``."""

    workspace_id: str
    enterprise_id: str | None
    workspace_name: str
    url: str
    bot_user_id: str
    """``U…``: how people mention it."""
    bot_id: str
    """``B…``: how its messages are marked."""
    app_id: str
    bot_name: str
    scopes: frozenset[str]
