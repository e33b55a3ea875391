"""Categories of records: what they mean, and how rules and small models assign them."""

from knowledge.categories.starting_set import STARTING_IDS, STARTING_SET, Definition, StartingCategory

__all__ = ["STARTING_IDS", "STARTING_SET", "Definition", "StartingCategory"]
