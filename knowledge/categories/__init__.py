"""Categories of records: what they mean, and how rules and small models assign them."""

from knowledge.categories.features import Said
from knowledge.categories.learning import Corrected, adjusted, own_head
from knowledge.categories.model import RULED, CategoryModel, Head, by_kind, row_of
from knowledge.categories.starting_set import STARTING_IDS, STARTING_SET, Definition, StartingCategory

__all__ = [
    "RULED",
    "STARTING_IDS",
    "STARTING_SET",
    "CategoryModel",
    "Corrected",
    "Definition",
    "Head",
    "Said",
    "StartingCategory",
    "adjusted",
    "by_kind",
    "own_head",
    "row_of",
]
