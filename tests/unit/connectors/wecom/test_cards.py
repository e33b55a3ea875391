"""Every card is one that WeCom takes and shows as it is meant, whatever words come into it."""

from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.connector import Card, Decision, Language
from connectors.events import ChannelId, ChannelRef
from connectors.wecom.again import vote_card
from connectors.wecom.cards import new_task_id
from connectors.wecom.confirmations import card_of, choice_in, decided_card, over_card, refused_card
from connectors.wecom.settings_card import settings_card
from connectors.wecom.site import Json
from connectors.wecom.welcome import help_card, turned
from tests.fakes.wecom.cards import check_card
from tests.fakes.wecom_site import SAID_AT

LANGUAGES = st.sampled_from(get_args(Language))
TEXTS = st.text(max_size=600) | st.text("，。？！ab \n", max_size=200)
STATES = st.sampled_from(["done", "failed", "cancelled", "expired", "running"])


def _check(card: Json | None, *, updating: bool = False) -> None:
    assert card is not None
    assert check_card(dict(card), dialect="aibot", updating=updating) == []


@given(TEXTS, TEXTS, TEXTS, st.booleans(), LANGUAGES, st.text(max_size=100))
@settings(max_examples=200, deadline=None)
def test_a_question_with_two_buttons(
    text: str, confirm: str, cancel: str, deletes: bool, language: Language, card_id: str
) -> None:
    card = Card(
        card_id=card_id,
        text=text,
        confirm=confirm,
        cancel=cancel,
        deletes=deletes,
        language=language,
        expires_at=SAID_AT + timedelta(minutes=10),
        channel_id=None,
    )
    shown = card_of(card, language)
    _check(shown)
    assert shown["task_id"] != card_of(card, language)["task_id"], "WeCom takes an id once"
    if card_id:
        assert [choice_in(button["key"]) for button in shown["button_list"]] == [(card_id, False), (card_id, True)]


def test_a_long_question_stands_below_a_short_title() -> None:
    card = Card(
        card_id="c1",
        text="要从档案里永久删除你在这里的 3 条消息和其中的 1 个文件吗？删除后无法恢复。",
        confirm="确认",
        cancel="取消",
        deletes=True,
        language="zh",
        expires_at=SAID_AT,
        channel_id=None,
    )
    shown = card_of(card, "zh")
    assert (shown["main_title"]["title"], shown["sub_title_text"]) == ("请确认", card.text)


@given(TEXTS, STATES, LANGUAGES)
@settings(max_examples=200, deadline=None)
def test_what_came_of_it(text: str, state: str, language: Language) -> None:
    decision = Decision("c1", state, text)  # type: ignore[arg-type]  # one of the five
    for change in (
        decided_card(decision, task_id="t1", language=language),
        refused_card(task_id="t1", language=language),
        over_card(task_id="t1", language=language),
    ):
        _check(change.card, updating=True)
        assert change.card["task_id"] == "t1"


@given(st.text("0123456789abcdef", min_size=1, max_size=64), LANGUAGES, TEXTS)
@settings(max_examples=50, deadline=None)
def test_a_vote(answer_id: str, language: Language, hint: str) -> None:
    _check(vote_card(f"{answer_id}:{answer_id}:wecom:wrPUMPS", language, hint=hint))
    assert vote_card("x" * 1_100, language) is None


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_the_settings(language: Language, visibility: str) -> None:
    channel = ChannelRef(
        channel_id=ChannelId("wecom:wrPUMPS"), platform="wecom", name="水泵", visibility=visibility, workspace_id="w"
    )
    card = settings_card(channel, language)
    _check(card)
    too_long = channel.model_copy(update={"channel_id": ChannelId("x" * 1_100)})
    assert settings_card(too_long, language) is None


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("page", [0, 1])
@pytest.mark.parametrize("sees_all", [True, False])
def test_the_help_is_shown_whole(language: Language, page: int, sees_all: bool) -> None:
    card = help_card(language, page=page, sees_all=sees_all)
    _check(card)
    assert "…" not in str(card), "something of it is cut"
    for button in card["button_list"]:
        change = turned(button["key"], task_id="t1", sees_all=sees_all, language=language)
        _check(change.card, updating=True)
        assert change.alone
        assert change.card["horizontal_content_list"]


@given(st.text(max_size=200), st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_ids_of_cards_have_the_signs_that_wecom_takes(kind: str, named: str) -> None:
    _check(dict(help_card("zh", sees_all=False), task_id=new_task_id("confirm", named + kind)))
