"""Topics of made-up conversations."""

import numpy as np

from knowledge.topics import Talk, find, topic_words


def _talks() -> list[Talk]:
    chance = np.random.default_rng(2)
    about = [["oven", "bread oven", "yeast"], ["invoice", "tax", "ledger"], ["van", "tyres", "depot"]]
    talks = []
    for number in range(90):
        kind = number % 3
        vector = chance.normal(0, 0.15, 12).astype(np.float32)
        vector[kind] += 1
        talks.append(Talk(f"t{number}", [*about[kind], "everywhere", f"once{number}"], vector))
    return talks


def test_each_theme_is_a_topic_named_by_its_own_words() -> None:
    topics = find(_talks())
    labels = " ".join(topic.label for topic in topics)
    assert all(word in labels for word in ("invoice", "van"))
    assert "everywhere" not in labels
    assert "once" not in labels
    for topic in topics:
        assert len({int(talk_id[1:]) % 3 for talk_id in topic.talk_ids}) == 1
    assert topics == find(_talks()), "the same talk gives the same topics"


def test_little_talk_has_no_topics() -> None:
    assert find([]) == []
    assert find(_talks()[:6]) == []


def test_words_are_whole_and_name_things() -> None:
    text = "@Bo thanks, the data jam is at https://example.com/jam `code here` 运费发票我看过了 Ann"
    words = topic_words(text, {"ann"})
    assert "data jam" in words
    assert "发票" in words
    assert not {"thanks", "the", "ann", "code", "https", "看过", "bo"} & set(words)
