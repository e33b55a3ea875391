"""The sample archive: six weeks of an invented bilingual team that builds a drinking fountain for cats."""

from bot.sample.archive import STARTER_QUESTIONS, sample_events, sample_questions

__all__ = ["STARTER_QUESTIONS", "sample_events", "sample_questions"]
