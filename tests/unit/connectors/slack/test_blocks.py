from hypothesis import given
from hypothesis import strategies as st

from connectors.slack.blocks import attachments_text, blocks_text
from tests.unit.connectors.slack.test_fields import JSON
from tests.unit.connectors.slack.test_markup import Names

RICH_TEXT = {
    "blocks": [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "Hi "},
                        {"type": "user", "user_id": "U1"},
                        {"type": "text", "text": " & "},
                        {"type": "broadcast", "range": "here"},
                        {"type": "emoji", "name": "wave"},
                        {"type": "link", "url": "https://e.x?t=xoxe-1-2345", "text": "plan"},
                        {"type": "channel", "channel_id": "C1"},
                    ],
                },
                {
                    "type": "rich_text_list",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]},
                        {"type": "rich_text_section", "elements": [{"type": "text", "text": "two"}]},
                    ],
                },
                {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a  <b>"}]},
                {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
            ],
        }
    ]
}
OTHER_BLOCKS = {
    "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": "Release"}},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "by <@U1> &amp; co"},
            "fields": [{"type": "mrkdwn", "text": "*v2*"}],
        },
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "in <#C1>"}, {"type": "image", "alt_text": "no"}]},
        {"type": "markdown", "text": "**bold**"},
        {"type": "divider"},
        {"type": "image", "alt_text": "a chart"},
        {
            "type": "table",
            "rows": [[{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": "b"}], "x", [{"text": "c"}]],
        },
    ]
}
ATTACHMENTS = {
    "attachments": [
        {
            "pretext": "Build",
            "title": "Job <#C1>",
            "text": "failed &gt; 3",
            "fallback": "not used",
            "fields": [{"title": "Branch", "value": "main"}, {"value": "only"}],
        },
        {"fallback": "plain fallback"},
        {"is_msg_unfurl": True, "text": "somebody else's message", "fallback": "quoted"},
        {"id": 1},
    ]
}


def test_rich_text() -> None:
    assert blocks_text(RICH_TEXT, Names()) == (
        "Hi @ann & @here:wave:plan (https://e.x)#general\n• one\n• two\n```\na  <b>\n```\nsaid"
    )


def test_other_blocks() -> None:
    assert blocks_text(OTHER_BLOCKS, Names()) == (
        "Release\nby @ann & co\n*v2*\nin #general\n**bold**\na chart\na | b\n\nc"
    )


def test_attachments_without_copies_of_messages() -> None:
    assert attachments_text(ATTACHMENTS, Names()) == (
        "Build\nJob #general\nfailed > 3\nBranch: main\nonly\nplain fallback"
    )


def test_depth_is_limited() -> None:
    block: dict[str, object] = {"type": "text", "text": "deep"}
    for _ in range(500):
        block = {"type": "rich_text", "elements": [block]}
    assert blocks_text({"blocks": [block]}, Names()) == ""


@given(JSON, st.sampled_from(["rich_text", "section", "table", "context", "rich_text_list", "image"]))
def test_never_raises(value: object, kind: str) -> None:
    for key in ("elements", "rows", "text", "fields"):
        part = {"type": kind, key: value}
        blocks_text({"blocks": [part, value]}, Names())
        attachments_text({"attachments": [part, value], "blocks": value}, Names())
