"""What is kept of an answer gives its passages back as they were."""

from dataclasses import replace

from bot.answering.evidence import Replacement
from bot.answering.grounding import CheckedSentence
from bot.answering.traced import passages_of, sentences_of, traced
from bot.truth.places import Place
from tests.builders import at, evidence


def test_passages_come_back_as_they_were_given() -> None:
    plain = evidence(1, "发布日从 11-28 改到 12-08")
    whole = replace(
        plain,
        n=2,
        outdated_by=Replacement("console:9", at(9)),
        also_in=(Place(record_id="m8", message_id="m8", channel_name="sales", time=at(8), permalink=None),),
        file_id="console:f",
        file_name="plan.pdf",
        page="2",
    )
    kept = traced({"raw": "x"}, [plain, whole], check_version="1/tiny")
    assert (kept["raw"], kept["check_version"]) == ("x", "1/tiny")
    assert passages_of(kept) == [plain, whole]


def test_where_no_model_was_asked_nothing_is_kept() -> None:
    assert traced({}, [evidence(1, "x")], check_version="1") == {}


def test_passages_of_another_form_are_none() -> None:
    assert passages_of({}) is None
    assert passages_of({"passages": [{"n": 1}]}) is None


def test_sentences_come_back_as_they_were_judged() -> None:
    checks = [
        {"sentence": "It moved.", "citations": [2, 1], "problem": None},
        {"sentence": "It is green.", "citations": [], "problem": "no passage says this"},
    ]
    assert sentences_of({"checks": checks}) == [
        CheckedSentence("It moved.", (2, 1)),
        CheckedSentence("It is green.", (), "no passage says this"),
    ]
    assert sentences_of({}) == []
