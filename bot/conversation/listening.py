"""``/listen``: whether the bot may answer in this channel what nobody asked it."""

from bot.conversation.request import Parts, Request
from bot.conversation.saying import plain
from bot.texts import TextKey, say
from bot.truth.listening import Listening
from connectors.connector import Reply

ON = frozenset({"on", "yes", "start", "开", "开启", "打开", "是", "同意", "允许"})
OFF = frozenset({"off", "no", "stop", "关", "关闭", "关掉", "否", "不同意", "不允许"})


class SwitchingListening:
    """Tells or switches it, for members of a group chat alone; who switched it is kept."""

    def __init__(self, parts: Parts) -> None:
        self._permissions = parts.permissions
        self._listening = Listening(parts.database)

    async def __call__(self, request: Request, reply: Reply) -> None:
        """``on``, ``off`` or neither."""
        channel, person = request.utterance.channel, request.utterance.person
        word = request.text.strip().casefold()
        key: TextKey = "listening_not_here"
        if channel.visibility != "direct" and await self._permissions.is_member(person.person_id, channel.channel_id):
            if word in ON | OFF:
                await self._listening.change(channel.channel_id, answers_unasked=word in ON, by=person.person_id)
            key = "listening_on" if await self._listening.listens(channel.channel_id) else "listening_off"
        await reply.finish(plain(say(key, request.language), request.language))
