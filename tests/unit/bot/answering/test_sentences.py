"""Where sentences end, and where they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("发布改到8号。原因是泵坏了！为什么？", ["发布改到8号。", "原因是泵坏了！", "为什么？"]),
        ("It moved. The pump failed! Why?", ["It moved.", "The pump failed!", "Why?"]),
        ("升级到 v2.10.3。然后重启", ["升级到 v2.10.3。", "然后重启"]),
        ("Upgrade to v2.10.3. Then restart.", ["Upgrade to v2.10.3.", "Then restart."]),
        ("It costs 3.5 million. 共 3.5 万。", ["It costs 3.5 million.", "共 3.5 万。"]),
        ("Write to ops@mao.cn. 他会回。", ["Write to ops@mao.cn.", "他会回。"]),
        ("See https://x.cn/a?b=1;c=2!d for it. Then ask.", ["See https://x.cn/a?b=1;c=2!d for it.", "Then ask."]),
        ("Dr. Chen and Mr. Li agreed, e.g. The pump. J. Smith did not.", None),
        ("- one\n- two\n\n- three", ["- one", "- two", "- three"]),
        ("他说：“改到8号。”大家同意。", ["他说：“改到8号。”", "大家同意。"]),
        ('She said "ship it." Then we shipped.', ['She said "ship it."', "Then we shipped."]),
        ("好的！！！真的？！走", ["好的！！！", "真的？！", "走"]),
        ("Wait... What?", ["Wait...", "What?"]),
        ("x != 3; y stays", ["x != 3;", "y stays"]),
        ("  \n\n ", []),
    ],
)
def test_sentences(text: str, sentences: list[str] | None) -> None:
    if sentences is None:
        sentences = ["Dr. Chen and Mr. Li agreed, e.g. The pump.", "J. Smith did not."]
    assert split_sentences(text) == sentences


@given(st.text(alphabet='ab 12.。!？?；;\n”")(v', max_size=40) | st.text(max_size=30))
def test_nothing_but_space_is_lost(text: str) -> None:
    parts = split_sentences(text)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part.strip() == part and part for part in parts)
