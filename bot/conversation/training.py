"""``/training``: whether a person's own words may be exported to train a model."""

from bot.conversation.listening import OFF, ON
from bot.conversation.request import Parts, Request
from bot.conversation.saying import plain
from bot.texts import TextKey, say
from bot.training.consent import TrainingConsents
from connectors.connector import Reply


class SayingTraining:
    """Keeps what a person says about their own words, or tells what counts: nothing is exported without a yes."""

    def __init__(self, parts: Parts) -> None:
        self._consents = TrainingConsents(parts.database)

    async def __call__(self, request: Request, reply: Reply) -> None:
        """``on``, ``off`` or neither."""
        person_id, channel = request.utterance.person.person_id, request.utterance.channel
        word = request.text.strip().casefold()
        if word in ON | OFF:
            await self._consents.say("person", person_id, allowed=word in ON, changed_by=person_id)
        said = await self._consents.said("person", person_id)
        key: TextKey
        if said is not None:
            key = "training_yes" if said else "training_no"
        else:
            here = await self._consents.said("channel", channel.channel_id)
            key = "training_unsaid_allowed" if here else "training_unsaid"
        await reply.finish(plain(say(key, request.language), request.language))
