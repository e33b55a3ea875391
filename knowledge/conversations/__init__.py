"""Conversations."""

from knowledge.conversations.message import ChatMessage, Placement
from knowledge.conversations.separation import replies, separate
from knowledge.conversations.signs import WINDOW

__all__ = ["WINDOW", "ChatMessage", "Placement", "replies", "separate"]
