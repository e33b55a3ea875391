import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.slack.markup import plain_text, without_export_token


class Names:
    def person_name(self, user_id: str) -> str | None:
        return {"U1": "ann", "U2": "王芳"}.get(user_id)

    def channel_name(self, channel_id: str) -> str | None:
        return {"C1": "general"}.get(channel_id)


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("hi <@U1>", "hi @ann"),
        ("<@U2|wang.fang> 你好", "@王芳 你好"),
        ("<@U9|carl>", "@carl"),
        ("<@U9>", "@U9"),
        ("see <#C1>", "see #general"),
        ("see <#C9|random>", "see #random"),
        ("see <#C9|>", "see #C9"),
        ("<!here> <!channel> <!everyone>", "@here @channel @everyone"),
        ("<!here|here>", "@here"),
        ("<!subteam^S1|@design> <!subteam^S2>", "@design @S2"),
        ("<!date^1392734382^{date_num} at {time}|Feb 18, 2014>", "Feb 18, 2014"),
        ("<!date^1392734382^{date_num}>", "2014-02-18 14:39 UTC"),
        ("<https://e.x/a>", "https://e.x/a"),
        ("<https://e.x/a?b=1&amp;c=2|the plan>", "the plan (https://e.x/a?b=1&c=2)"),
        ("<http://e.x|e.x>", "http://e.x"),
        ("<https://e.x/|e.x>", "https://e.x/"),
        ("<mailto:a@e.x|a@e.x>", "a@e.x"),
        ("<tel:+4912|call me>", "call me (+4912)"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("1 &lt; 2 <@U1>", "1 < 2 @ann"),
        (":tada: *bold* _it_ ~no~", ":tada: *bold* _it_ ~no~"),
        ("<>", "<>"),
        ("<|x>", "x"),
        ("unclosed <@U1", "unclosed <@U1"),
    ],
)
def test_what_readers_saw(markup: str, shown: str) -> None:
    assert plain_text(markup, Names()) == shown


def test_code_keeps_every_character() -> None:
    code = "```\nif a &lt; b &amp;&amp; *c:\n    open(<http://e.x|e.x>)\n\n\t`x`\n```"
    assert plain_text(code, Names()) == "```\nif a < b && *c:\n    open(e.x)\n\n\t`x`\n```"
    assert plain_text("run `ls   &lt;dir&gt;`", Names()) == "run `ls   <dir>`"


def test_the_token_of_an_export_is_taken_out() -> None:
    token = "xoxe-1-ABCdef012"
    text = f"<https://files.slack.com/F1/a.png?t={token}> <https://e.x/?t={token}&amp;w=1|x> bare {token}"
    shown = plain_text(text, Names())
    assert shown == "https://files.slack.com/F1/a.png x (https://e.x/?w=1) bare […]"


@pytest.mark.parametrize("url", ["https://e.x/?a=1&t=xoxe-1-2", "https://e.x/?a=1&amp;t=xoxe.xoxp-1-2"])
def test_other_parameters_stay(url: str) -> None:
    assert without_export_token(url) == "https://e.x/?a=1"


@given(st.text(alphabet="<>@#!|^&;`x\n:lgtam1 ", max_size=300))
def test_never_raises(markup: str) -> None:
    plain_text(markup, Names())


@pytest.mark.parametrize("piece", ["<", "<a", "`", "```", "```a", "&", "<!date^", "<@U1|"])
def test_hostile_repetition_takes_linear_time(piece: str) -> None:
    began = time.perf_counter()
    plain_text(piece * (400_000 // len(piece)), Names())
    assert time.perf_counter() - began < 2
