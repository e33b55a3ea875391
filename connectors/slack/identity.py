"""Who the bot is in one workspace, as ``auth.test`` and ``bots.info`` tell."""

from dataclasses import dataclass

from connectors.slack.api import SlackApi
from connectors.slack.errors import SlackError
from connectors.slack.fields import object_of, text_of


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


async def identify(api: SlackApi) -> Identity:
    """Ask Slack who the token's bot is. Raises as ``Api.call``.

    Without the scope that ``bots.info`` needs, the name is the user's and the id of the app is empty.
    """
    me = await api.call("auth.test")
    bot_id = text_of(me, "bot_id")
    try:
        bot = object_of(await api.call("bots.info", bot=bot_id), "bot")
    except SlackError:
        bot = {}
    return Identity(
        workspace_id=text_of(me, "team_id"),
        enterprise_id=text_of(me, "enterprise_id") or None,
        workspace_name=text_of(me, "team"),
        url=text_of(me, "url").rstrip("/") + "/",
        bot_user_id=text_of(me, "user_id"),
        bot_id=bot_id,
        app_id=text_of(bot, "app_id"),
        bot_name=text_of(bot, "name") or text_of(me, "user"),
        scopes=api.scopes,
    )
