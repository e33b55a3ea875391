"""Messages of the bot as Slack would take them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.connector import Language, Notice
from connectors.slack.answer_blocks import (
    Shown,
    answer_messages,
    card_message,
    notice_message,
    plain_message,
    post_messages,
    progress_message,
    said_messages,
)
from connectors.slack.formatting import moment
from connectors.slack.own_messages import ANSWER_PREFIX, POST_PREFIX
from connectors.slack.saying import NOTICES, TEXTS
from tests.fakes.slack.blocks import BLOCK_CHARACTERS, MESSAGE_BLOCKS, characters_of, problems_of_message_blocks
from tests.unit.connectors.slack.answering import PERMALINK, answer, card, citation, said, small_print


def ids_in(shown: Shown) -> list[str]:
    return [block["block_id"] for block in shown.blocks if "block_id" in block]


def elements_of(shown: Shown, kind: str) -> list[dict[str, Any]]:
    return [each for block in shown.blocks for each in block.get("elements", []) if each.get("type") == kind]


def taken(messages: list[Shown]) -> None:
    """Slack would take every one of them."""
    for shown in messages:
        blocks = list(shown.blocks)
        assert problems_of_message_blocks(blocks) == []
        assert len(blocks) <= MESSAGE_BLOCKS
        assert characters_of(blocks) <= BLOCK_CHARACTERS - 1_000
        assert shown.text.strip()


def test_an_answer_shows_its_words_its_sources_and_how_to_judge_it() -> None:
    [shown] = answer_messages(answer())
    assert [block["type"] for block in shown.blocks] == ["rich_text", "context", "context_actions", "actions"]
    assert ids_in(shown) == ["answer:a1"]
    assert small_print(shown.blocks).splitlines() == [
        "*出处*",
        f"<{PERMALINK}|[1]> 安然 · #\u2060product · {moment(citation().time)}",
        "“定在 11 月 28 日，灰度先开 10%。”",
    ]
    [feedback] = elements_of(shown, "feedback_buttons")
    assert feedback["action_id"] == "answer_feedback"
    assert feedback["positive_button"]["value"] == "up:a1"
    assert feedback["negative_button"]["value"] == "down:a1"
    [again] = elements_of(shown, "button")
    assert (again["action_id"], again["value"], again["text"]["text"]) == ("answer_again", "a1", "换个答法")
    taken([shown])


def test_a_file_is_cited_by_its_name_and_page_and_says_when_it_was_replaced() -> None:
    cited = citation(file_name="release-notes.md", page="3", outdated_by="slack:C1:2")
    [shown] = answer_messages(answer(citations=(cited,), language="en"))
    assert "📄 release-notes.md · p. 3 · 安然" in small_print(shown.blocks)
    assert "updated since" in small_print(shown.blocks)


def test_an_abstention_shows_its_code_small_and_no_second_list() -> None:
    [shown] = answer_messages(answer(abstained=True, reason="not_in_records"))
    assert small_print(shown.blocks) == "代码 not_in_records"
    assert ids_in(shown) == ["answer:a1"]


def test_what_is_only_said_cannot_be_judged() -> None:
    [shown] = answer_messages(answer(reason="said", answer_id="said-7", citations=()))
    assert [block["type"] for block in shown.blocks] == ["rich_text"]
    assert ids_in(shown) == ["post:said-7"]


def test_many_sources_are_named_by_their_first() -> None:
    cited = tuple(citation(n, "引" * 400) for n in range(1, 31))
    [shown] = answer_messages(answer(citations=cited))
    assert "还有 22 条出处" in small_print(shown.blocks)
    taken([shown])


def test_a_digest_in_several_messages_carries_its_id_in_the_first() -> None:
    text = "\n".join(f"{number}. 这一周里定下来的一件事，说得比较详细。[1]" for number in range(800))
    messages = post_messages("d1", text, (citation(),), "zh")
    assert len(messages) > 1
    assert [ids_in(shown) for shown in messages] == [["post:d1"], *([[]] * (len(messages) - 1))]
    assert "".join("".join(said(each.blocks) for each in messages).split()) == "".join(text.split())
    taken(messages)
    [short] = post_messages("d2", "没有新消息。", (), "zh")
    assert ids_in(short) == ["post:d2"]
    assert len(short.blocks) == 1


def test_the_prefixes_are_those_that_the_translator_looks_for() -> None:
    [shown] = answer_messages(answer())
    [said_] = said_messages("s1", "好", ())
    assert ids_in(shown) == [f"{ANSWER_PREFIX}a1"]
    assert ids_in(said_) == [f"{POST_PREFIX}s1"]


@pytest.mark.parametrize("deletes", [True, False])
def test_a_card_that_deletes_looks_like_it(deletes: bool) -> None:
    shown = card_message(replace(card(), deletes=deletes))
    confirm, cancel = elements_of(shown, "button")
    assert confirm["style"] == ("danger" if deletes else "primary")
    assert (confirm["value"], cancel["value"], "style" in cancel) == ("k1", "k1", False)
    taken([shown])


@given(st.text(max_size=200).map(lambda text: text * 100), st.text(max_size=4_000), st.sampled_from(["zh", "en"]))
@settings(max_examples=25)
def test_slack_takes_whatever_was_said(text: str, quote: str, language: Language) -> None:
    cited = (citation(quote=quote, author=quote, channel_name=quote, file_name=quote or None, page=quote or None),)
    taken(answer_messages(answer(text, citations=cited, language=language)))
    taken(answer_messages(answer(text, citations=cited, language=language, abstained=True, reason=quote or None)))
    taken(post_messages("d1", text, cited, language))
    taken(said_messages("s1", text, cited))
    taken([card_message(replace(card(), text=text or "?")), plain_message(text or "?")])
    taken([notice_message(Notice(code="c", sentence=text[:1000] or "?", hint=quote[:1000]), language)])
    taken([progress_message(status=quote[:1000] or "?", text=text, citations=cited, language=language)])


def test_every_text_is_there_in_both_languages() -> None:
    """Invariant 9."""
    assert {key for key, versions in TEXTS.items() if set(versions) != {"zh", "en"}} == set()
    assert {key for key, versions in NOTICES.items() if set(versions) != {"zh", "en"}} == set()
