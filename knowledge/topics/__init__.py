"""Topics found in the data, without anybody naming them first."""

from knowledge.topics.finding import FEWEST_CONVERSATIONS, Talk, Topic, find
from knowledge.topics.words import topic_words

__all__ = ["FEWEST_CONVERSATIONS", "Talk", "Topic", "find", "topic_words"]
