"""What somebody wants from the bot, told apart by rules and embeddings; the chat model is never asked."""

from bot.intent.classifier import Intents
from bot.intent.intent import Intent, IntentKind

__all__ = ["Intent", "IntentKind", "Intents"]
