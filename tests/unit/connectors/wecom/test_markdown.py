"""Answers as WeCom's clients show them; text of people commands nothing (invariant 5: chat text is data)."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connectors.connector import Citation
from connectors.events import RecordId
from connectors.wecom.byte_text import byte_count
from connectors.wecom.markdown import (
    AIBOT,
    APP,
    WEBHOOK,
    WEBHOOK_V2,
    answer_markdown,
    citation_line,
    link,
    literal,
    messages,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _citation(
    n: int = 1, *, permalink: str | None = None, quote: str = "水泵周五到货", **changes: str | None
) -> Citation:
    return Citation(
        n=n,
        record_id=RecordId(f"wecom:{n}"),
        quote=quote,
        author="陈丽",
        channel_name="水泵项目",
        time=datetime(2026, 5, 3, 1, 30, tzinfo=UTC),
        permalink=permalink,
        file_name=changes.get("file_name"),
        page=changes.get("page"),
    )


class TestCitation:
    def test_without_a_link_it_is_group_person_time_and_the_words(self) -> None:
        line = citation_line(_citation(), language="zh", timezone=SHANGHAI)
        assert line == "[1] 水泵项目·陈丽·2026-05-03 09:30：水泵周五到货"

    def test_with_a_link_it_is_one(self) -> None:
        line = citation_line(_citation(2, permalink="https://example.org/m/2"), language="en", timezone=SHANGHAI)
        assert line == "[2] [水泵项目·陈丽·2026-05-03 09:30](https://example.org/m/2)"

    def test_a_group_whose_name_no_robot_was_told_is_no_long_id(self) -> None:
        unnamed = replace(_citation(quote=""), channel_name="wrOgQhDgAAMYQiS5ol9G7gK9JVabcdef")
        line = citation_line(unnamed, language="zh", timezone=SHANGHAI)
        assert line == "[1] 群聊 abcdef·陈丽·2026-05-03 09:30"
        assert citation_line(unnamed, language="en", timezone=SHANGHAI).startswith("[1] group abcdef·")

    @pytest.mark.parametrize(("language", "page"), [("zh", "第 3 页"), ("en", "page 3")])
    def test_a_file_is_named_with_its_page(self, language: str, page: str) -> None:
        citation = _citation(file_name="报价.pdf", page="3", quote="")
        line = citation_line(citation, language="zh" if language == "zh" else "en", timezone=SHANGHAI)
        assert line == f"[1] 水泵项目·陈丽·2026-05-03 09:30·报价.pdf·{page}"

    def test_a_long_quotation_is_short_and_one_line(self) -> None:
        line = citation_line(_citation(quote="一\n二 " * 100), language="zh", timezone=SHANGHAI)
        assert "\n" not in line and line.endswith("…") and len(line) < 130


class TestLiteral:
    @pytest.mark.parametrize(
        "text",
        ["<@all>", "<@alice> 请看", "[点这里](https://evil.example)", "![](https://evil.example/x.png)",
         "<think>x</think>", '<font color="warning">急</font>', "[a] (https://evil.example)", "[a]: https://evil.example",
         "<https://evil.example>"],
    )  # fmt: skip
    def test_nothing_in_it_mentions_links_or_hides(self, text: str) -> None:
        shown = literal(text)
        assert "<" not in shown
        assert "](" not in shown and "] (" not in shown and "]:" not in shown

    @pytest.mark.parametrize("text", ["# 标题", "> 引用", "```", "---", "   ## x"])
    def test_lines_of_it_are_no_headings_quotes_rules_or_code(self, text: str) -> None:
        assert literal(f"第一行\n{text}").split("\n")[1].lstrip(" ").startswith("\u200b")

    @pytest.mark.parametrize("text", ["1 < 2 且 3 > 2", "见 [1][2]。", "第 3-5 页", "a_b_c * d", "100%（约）"])
    def test_ordinary_words_stay_as_they_are(self, text: str) -> None:
        assert literal(text) == text

    def test_signs_without_a_shape_go(self) -> None:
        assert literal("a\x00b\x1bc\u202ed\te\nf") == "abcd\te\nf"


class TestLink:
    def test_brackets_are_made_harmless(self) -> None:
        shown = link("a]b[c\nd", "https://example.org/x_(y)[z]|w")
        assert shown == "[a］b［c d](https://example.org/x_%28y%29%5Bz%5D%7Cw)"

    @pytest.mark.parametrize(
        "url", [None, "javascript:alert(1)", "https://a b", "file:///etc/passwd", "https://x\n) [y](z"]
    )
    def test_what_is_no_address_is_no_link(self, url: str | None) -> None:
        assert link("名字", url) == "名字"


class TestAnswer:
    def test_text_sources_and_hint(self) -> None:
        shown = answer_markdown(
            "周五到货 [1]。",
            [_citation()],
            dialect=AIBOT,
            language="zh",
            timezone=SHANGHAI,
            closing=["回复 **/帮助** 看看我还能做什么"],
        )
        assert shown.split("\n") == [
            "周五到货 [1]。",
            "",
            "**来源**",
            "> [1] 水泵项目·陈丽·2026-05-03 09:30：水泵周五到货",
            "",
            "回复 **/帮助** 看看我还能做什么",
        ]

    def test_without_sources_there_is_no_heading(self) -> None:
        shown = answer_markdown("没有找到。", [], dialect=APP, language="en", timezone=SHANGHAI)
        assert shown == "没有找到。"

    @pytest.mark.parametrize("dialect", [AIBOT, APP, WEBHOOK, WEBHOOK_V2], ids=lambda dialect: dialect.name)
    @pytest.mark.parametrize("count", [0, 3, 12, 200])
    @pytest.mark.parametrize("closing", [[], ["x" * 100]])
    def test_it_fits_whatever_there_is(self, dialect: object, count: int, closing: list[str]) -> None:
        assert dialect in (AIBOT, APP, WEBHOOK, WEBHOOK_V2)
        chosen = next(one for one in (AIBOT, APP, WEBHOOK, WEBHOOK_V2) if one is dialect)
        citations = [_citation(n, quote="很长的原文" * 30) for n in range(1, count + 1)]
        shown = answer_markdown(
            "很长的回答。" * 3000, citations, dialect=chosen, language="zh", timezone=SHANGHAI, closing=closing
        )
        assert byte_count(shown) <= chosen.limit
        assert "…" in shown and shown.endswith("x" * 100 if closing else shown[-1])
        assert ("[1] 水泵项目" in shown) == (count > 0)

    def test_quotations_become_shorter_before_sources_go(self) -> None:
        citations = [_citation(n, quote="很长的原文" * 30) for n in range(1, 9)]
        shown = answer_markdown("答。", citations, dialect=APP, language="zh", timezone=SHANGHAI)
        assert "[8] 水泵项目" in shown


class TestMessages:
    MARKDOWN = "# 日报\n\n- 第一\n- *第二*\n\n| 名 | 数 |\n|---|---|\n| 泵 | 3 |\n\n```sh\nls\n```\n---\n**完** [看](https://e.org)"

    def test_blocks_stay_where_they_are_understood(self) -> None:
        assert messages(self.MARKDOWN, dialect=AIBOT) == [self.MARKDOWN]

    def test_blocks_are_rewritten_where_they_are_not(self) -> None:
        [text] = messages(self.MARKDOWN, dialect=WEBHOOK)
        assert text == "# 日报\n\n• 第一\n• 第二\n\n名 · 数\n泵 · 3\n\n> ls\n\n**完** [看](https://e.org)"

    @pytest.mark.parametrize("dialect", [APP, WEBHOOK, WEBHOOK_V2, AIBOT], ids=lambda dialect: dialect.name)
    def test_long_ones_are_several_that_fit(self, dialect: object) -> None:
        chosen = next(one for one in (APP, WEBHOOK, WEBHOOK_V2, AIBOT) if one is dialect)
        parts = messages("- 很长的一行。\n" * 4000, dialect=chosen)
        assert len(parts) > 1 and all(byte_count(part) <= chosen.limit for part in parts)

    def test_a_smaller_limit_can_be_asked_for_and_a_larger_one_not(self) -> None:
        assert all(byte_count(part) <= 500 for part in messages("词 " * 2000, dialect=APP, limit=500))
        assert all(byte_count(part) <= 2048 for part in messages("词 " * 2000, dialect=APP, limit=9999))
