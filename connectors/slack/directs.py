"""The direct chat of a person with the bot."""

from connectors.events import ChannelRef
from connectors.slack.errors import SlackError
from connectors.slack.fields import object_of, text_of
from connectors.slack.site import Site


async def direct_channel(site: Site, user_id: str) -> ChannelRef:
    """Opened when there is none. Raises as ``Api.call``."""
    opened = await site.api.call("conversations.open", users=user_id)
    return await site.directory.channel(text_of(object_of(opened, "channel"), "id"))


async def channel_or_direct(site: Site, slack_channel_id: str, user_id: str) -> tuple[ChannelRef, bool]:
    """Where somebody uses the bot, and whether it knows that place. Raises as ``Api.call``.

    Commands and shortcuts work in private channels and direct chats that the bot is not in: then it is as if they had
    been used in the direct chat with the bot.
    """
    try:
        channel = await site.directory.channel(slack_channel_id)
    except SlackError:
        return await direct_channel(site, user_id), False
    if channel.external and channel.name == slack_channel_id:
        return await direct_channel(site, user_id), False
    return channel, True
