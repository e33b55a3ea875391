"""Nothing is changed or deleted on a sentence alone: a card asks the person who said it, and their yes does it."""

from bot.confirming.action import Action, Asked
from bot.confirming.confirmations import Confirmations

__all__ = ["Action", "Asked", "Confirmations"]
