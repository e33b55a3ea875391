"""What is searched for: a question that leans on what was said before is completed, one of several parts is split."""

from bot.rewriting.rewriter import Rewriter, Rewritten

__all__ = ["Rewriter", "Rewritten"]
