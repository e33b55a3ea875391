"""Attempts to command the bot through what it reads, and proof that it is not commanded (invariants 4 and 5)."""
