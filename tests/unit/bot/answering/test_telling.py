"""What belongs to a story: topics without their question, words before likeness, and what tells most."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.answering.evidence import Evidence
from bot.answering.telling import Topic, bare_topic, is_repeated, tells

ITEM = Evidence(
    n=1,
    record_id="m1",
    message_id="m1",
    channel_id="c",
    channel_name="launch",
    author="Ann",
    time=datetime(2026, 11, 2, tzinfo=UTC),
    text="",
    excerpt="",
    kind="message",
    permalink=None,
)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("what happened with the pump?", "pump"),
        ("The story of Hongyuan", "Hongyuan"),
        ("发布日后来怎么样了？", "发布日"),
        ("关于预算", "预算"),
        ("“猫咪模特”的来龙去脉", "猫咪模特"),
        ("raco pkg", "raco pkg"),
        ("what happened with", "what happened with"),
        ("怎么样了", "怎么样了"),
    ],
)
def test_the_topic_is_what_the_question_is_about(text: str, topic: str) -> None:
    assert bare_topic(text) == topic


def _found(*texts: str, scores: tuple[float, ...] = ()) -> list[Evidence]:
    return [
        replace(ITEM, n=at + 1, record_id=f"m{at}", text=text, score=scores[at] if scores else 10.0 - at)
        for at, text in enumerate(texts)
    ]


def test_records_that_name_the_topic_belong_to_it_and_those_that_are_merely_like_it_do_not() -> None:
    texts = ("The pump supplier is Jinglan", "lunch", "a PUMP supplier again", "who waters the plants?", "quiet", "x")
    found = _found(*texts, scores=(9, 8.5, 8, 7, 6, 2))
    chosen = {item.record_id: weight for item, weight in Topic("pump supplier").choose(found)}
    assert {"m0", "m2"} <= set(chosen)
    assert "m5" not in chosen
    assert chosen["m0"] > chosen["m1"]


def test_a_topic_that_nobody_names_has_no_story() -> None:
    assert Topic("zeppelin").choose(_found("lunch at noon", "budget", "cats")) == []
    assert Topic("zeppelin").choose([]) == []


def test_a_decision_tells_more_than_small_talk_and_a_sentence_more_than_a_word() -> None:
    def score(text: str, *categories: str, has_file: bool = False) -> float:
        return tells(text, categories, about=0.5, has_file=has_file, begins=False)

    sentence = "we take the quiet pump from Jinglan"
    assert score(sentence, "decision") > score(sentence) > score(sentence, "small_talk")
    assert score(sentence) > score("ok")
    assert score(sentence, has_file=True) > score(sentence)
    assert score("the pump costs 7.40 each") > score("the pump costs too much")
    assert score(sentence) > score("see ```raco pkg install --all --the --things```")


def test_nearly_the_same_is_repeated() -> None:
    seen: list[frozenset[str]] = []
    assert not is_repeated("the pump is changed to Jinglan today", seen)
    assert is_repeated("The pump is changed to Jinglan, today!", seen)
    assert not is_repeated("the boxes are printed", seen)
