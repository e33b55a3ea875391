"""The language model: one interface, in-process llama.cpp or any OpenAI-compatible server behind it."""

from bot.llm.factory import create_model
from bot.llm.interface import GREEDY, ChatMessage, LanguageModel, ModelInfo, Role, Sampling
from bot.llm.scripted import ScriptedModel, ScriptedReply, ScriptedRequest

__all__ = [
    "GREEDY",
    "ChatMessage",
    "LanguageModel",
    "ModelInfo",
    "Role",
    "Sampling",
    "ScriptedModel",
    "ScriptedReply",
    "ScriptedRequest",
    "create_model",
]
