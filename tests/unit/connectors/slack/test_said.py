"""What is said to the bot, read from payloads."""

from typing import Any

import pytest

from connectors.slack.identity import Identity
from connectors.slack.said import said_in, without_bot

ME = Identity(
    workspace_id="T1",
    enterprise_id=None,
    workspace_name="acme",
    url="https://acme.slack.com/",
    bot_user_id="UBOT",
    bot_id="BBOT",
    app_id="A1",
    bot_name="拾光",
    scopes=frozenset(),
)
MESSAGE = {"type": "message", "user": "U1", "team": "T1", "text": "<@UBOT> hi", "ts": "1790000000.000100"}


@pytest.mark.parametrize(
    "changes",
    [
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"bot_id": "B9"},
        {"user": "UBOT"},
        {"user": "USLACKBOT"},
        {"user": None},
        {"ts": "soon"},
        {"subtype": "tombstone", "user": "USLACKBOT"},
    ],
)
def test_what_no_person_said_is_not_said(changes: dict[str, Any]) -> None:
    assert said_in(MESSAGE | changes, "C1", "channel", ME) is None
    assert said_in(MESSAGE, "", "channel", ME) is None


def test_who_is_mentioned_and_where_the_answer_goes() -> None:
    said = said_in(MESSAGE, "C1", "channel", ME)
    assert said is not None
    assert (said.mentions_bot, said.mentions_others, said.thread_ts) == (True, False, "")
    assert (said.key, said.reply_thread, said.version) == ("C1:1790000000.000100", MESSAGE["ts"], MESSAGE["ts"])
    reply = said_in(
        MESSAGE
        | {"thread_ts": "1789999999.000100", "text": "<@U2|bo> and <@UBOT|sg>", "edited": {"ts": "1790000001.0"}},
        "C1",
        "channel",
        ME,
    )
    assert reply is not None
    assert (reply.mentions_bot, reply.mentions_others, reply.reply_thread) == (True, True, "1789999999.000100")
    assert reply.version == "1790000001.0"


def test_an_outsider_brings_their_own_team() -> None:
    said = said_in(MESSAGE | {"user_team": "T9"}, "C1", "channel", ME)
    assert said is not None
    assert said.team_id == "T9"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<@UBOT> when?", "when?"),
        ("<@UBOT|sg>：什么时候？", "什么时候？"),
        ("<@UBOT> <@UBOT>, when?", "when?"),
        ("when? <@UBOT>", "when?"),
        ("when <@UBOT> then?", "when <@UBOT> then?"),
        ("<@UBOT>", ""),
        ("<@U2> when?", "<@U2> when?"),
    ],
)
def test_the_bot_s_name_around_the_words_is_left_out(text: str, left: str) -> None:
    assert without_bot(text, ME) == left
