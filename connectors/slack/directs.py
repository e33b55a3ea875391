"""The direct chat of a person with the bot."""

from connectors.events import ChannelRef
from connectors.slack.fields import object_of, text_of
from connectors.slack.site import Site


async def direct_channel(site: Site, user_id: str) -> ChannelRef:
    """Opened when there is none. Raises as ``Api.call``."""
    opened = await site.api.call("conversations.open", users=user_id)
    return await site.directory.channel(text_of(object_of(opened, "channel"), "id"))
