"""Categories of records: what they mean, and how rules and small models assign them.

Precision, recall and how many there truly are, on 425 real messages labelled by hand and never trained on
(``tests/benchmarks/test_categories.py`` prints them, beside those of messages drawn at random and of the sample)::

    decision     .60 .25 12      announcement .67 .36 11      number     .88 .47 15
    action_item  .38 .14 22      document     .71 .77 13      small_talk .93 .53 77
    question     .92 .61 54      link        .93 1.0 28
    answer       .66 .70 57

Precision of .7 is not reached for decisions, action items, announcements and answers.
"""

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
