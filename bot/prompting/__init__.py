"""Prompts as operators write them: what each needs, their versions, and trying a text on what was asked before."""

from bot.prompting.trials import PromptTrials, Trial
from bot.prompting.versions import PromptVersion, PromptVersions

__all__ = ["PromptTrials", "PromptVersion", "PromptVersions", "Trial"]
