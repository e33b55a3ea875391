"""``/remind``: of what, and when; a list; or one of them no more."""

from bot.conversation.request import Parts, Request
from bot.conversation.saying import plain
from bot.reminding.reminders import MOST, Reminders, TooManyReminders
from bot.reminding.texts import USAGE, told
from bot.reminding.wording import ReminderWish, read_reminder
from connectors.connector import Reply

_ECHOED = 200


class Reminding:
    """Keeps reminders of the person who asks, and tells of them to nobody else."""

    def __init__(self, parts: Parts) -> None:
        self._reminders = Reminders(parts.database)
        self._zone = parts.zone

    async def __call__(self, request: Request, reply: Reply) -> None:
        """Do what is wanted and say it."""
        wish = read_reminder(request.text, now=request.utterance.said_at, zone=self._zone)
        match wish.action:
            case "list":
                said = await self._list(request)
            case "off":
                said = await self._drop(request, wish.number)
            case _:
                said = await self._set(request, wish)
        await reply.finish(plain(said, request.language))

    async def _set(self, request: Request, wish: ReminderWish) -> str:
        language, utterance = request.language, request.utterance
        usage = USAGE[language]
        if wish.names_past:
            return told("past", language, usage=usage)
        if not wish.text:
            return told("nothing_named", language, usage=usage)
        if wish.due_at is None:
            return told("no_time", language, usage=usage)
        try:
            await self._reminders.add(
                person=utterance.person,
                workspace_id=utterance.channel.workspace_id,
                channel_id=utterance.channel.channel_id,
                text=wish.text,
                language=language,
                due_at=wish.due_at,
                now=utterance.said_at,
            )
        except TooManyReminders:
            return told("full", language, count=MOST)
        when = f"{wish.due_at.astimezone(self._zone):%Y-%m-%d %H:%M}"
        return told("set", language, when=when, text=wish.text[:_ECHOED])

    async def _list(self, request: Request) -> str:
        language = request.language
        kept = await self._reminders.of_person(request.utterance.person.person_id)
        if not kept:
            return told("none", language, usage=USAGE[language])
        lines = [
            told(
                "line",
                language,
                number=number,
                when=f"{one.due_at.astimezone(self._zone):%Y-%m-%d %H:%M}",
                text=one.text[:_ECHOED],
            )
            for number, one in enumerate(kept, start=1)
        ]
        return "\n".join([told("listed", language), *lines])

    async def _drop(self, request: Request, number: int | None) -> str:
        language = request.language
        kept = await self._reminders.of_person(request.utterance.person.person_id)
        if number is None or not 1 <= number <= len(kept):
            return await self._list(request) if number is None else told("no_such", language, number=number)
        dropped = kept[number - 1]
        await self._reminders.end(dropped.reminder_id, "removed")
        return told("dropped", language, text=dropped.text[:_ECHOED])
