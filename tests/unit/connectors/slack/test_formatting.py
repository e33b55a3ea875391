"""Nothing in what the bot says can become a mention, a foreign link or a control of Slack's (invariant 5)."""

import re
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from connectors.slack import formatting
from tests.fakes.slack.markup import as_slack_keeps_it, rich_text_block, unescaped
from tests.unit.connectors.slack.answering import PERMALINK, citation

EVIL = (
    "<!channel>", "<!here|here>", "<!everyone>", "<@U0123456>", "<@U1|ann>", "<#C1|secret>", "<!subteam^S1|team>",
    "<https://evil.example/x|[1]>", "[1](https://evil.example)", "[click](javascript:alert)", "https://evil.example/a",
    "www.evil.example", "a@evil.example", "<!date^1^{date}^https://evil.example|x>", "&lt;!channel&gt;", "@channel",
    "@here", "`code`", "```", "> quote", "# head", "| a | b |", "![x](https://evil.example/p.png)", "[1]", "[2]", "\n",
    "https://evil.example/<!channel>", "slack://open", "mailto:a@b.c", "＠everyone", "*", "_", "~", "\\", "<", ">", "&",
)  # fmt: skip
texts = st.lists(st.one_of(st.sampled_from(EVIL), st.text(max_size=12)), max_size=12).map("".join)


def elements_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    return [element for section in block["elements"] for element in section["elements"]]


@given(texts)
def test_a_final_text_is_text_and_links_to_sources_only(text: str) -> None:
    elements = elements_of(formatting.rich_text(text, [citation()]))
    assert {element["type"] for element in elements} <= {"text", "link"}
    assert {element["url"] for element in elements if element["type"] == "link"} <= {PERMALINK}
    assert {element["text"] for element in elements if element["type"] == "link"} <= {"[1]"}
    assert "".join(element["text"] for element in elements) == (text or "…")


@given(texts)
def test_a_quotation_in_small_print_is_one_line_without_controls(text: str) -> None:
    made = formatting.small(text)
    assert not set("<>`\n") & set(made)


@given(texts)
@example("https://evil.example/a [1] www.evil.example a@evil.example")
def test_what_is_streamed_links_to_sources_only(text: str) -> None:
    made = formatting.markdown(text, [citation()])
    link = f"[\\[1\\]]({PERMALINK})"
    rest = made.replace(link, "")
    assert not re.search(r"(?<!\\)[\[\]`]", rest.replace("\\\\", ""))
    assert "<" not in rest
    assert not re.search(r"(?i)\w://|mailto:|tel:|www\.", rest)
    assert not re.search(r"\w@\w", rest)
    # As the fake reads it: no mention, no broadcast, no address.
    block = rich_text_block(as_slack_keeps_it(rest))
    assert {element["type"] for element in elements_of(block)} <= {"text"}


@given(texts)
def test_a_notification_reads_back_as_the_text(text: str) -> None:
    made = formatting.notification(text)
    assert "<" not in made
    assert unescaped(made) == (text.strip() or "…")


def test_an_address_that_the_sources_hold_stays_a_link() -> None:
    url = "https://wiki.example.com/plan?v=2"
    block = formatting.rich_text(f"见 {url}。[1] 不是 https://evil.example/", [citation(quote=f"计划在 {url}，大家看")])
    links = [(each["text"], each["url"]) for each in elements_of(block) if each["type"] == "link"]
    assert links == [(url, url), ("[1]", PERMALINK)]


def test_a_mark_without_a_source_is_only_text() -> None:
    block = formatting.rich_text("见 [7] 和 [1]", [citation(permalink=None)])
    assert [element["type"] for element in elements_of(block)] == ["text"]


def test_only_web_addresses_that_end_where_they_should_are_links() -> None:
    assert formatting.address("javascript:alert(1)") is None
    assert formatting.address("file:///etc/passwd") is None
    assert formatting.address("https://[broken") is None
    assert formatting.address("https://e.x/" + "a" * 3000) is None
    assert formatting.address(None) is None
    assert formatting.address("https://e.x/a b|c>d") == "https://e.x/a%20b%7Cc%3Ed"
    assert formatting.link("https://e.x/a|b", "x|<y>") == "<https://e.x/a%7Cb|x¦&lt;y&gt;>"
    assert formatting.link("javascript:x", "<y>") == "&lt;y&gt;"


def test_times_are_shown_to_each_reader_in_their_zone() -> None:
    assert formatting.moment(citation().time) == ("<!date^1795140180^{date_short_pretty} {time}|2026-11-20 02:03 UTC>")
