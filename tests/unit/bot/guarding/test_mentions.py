import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guarding.mentions import without_mass_mentions

_JOINER = "\u2060"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@channel look", "@channel look"),
        ("请@所有人看", "请@所有人看"),
        ("＠all hi", "＠all hi"),
        ("@Everyone!", "@Everyone!"),
        ("<!channel> look", "@channel look"),
        ("<!here|@here> look", "@here look"),
        ("<!subteam^S123|@ops> look", "@ops look"),
        ("<!subteam^S123>", "@subteam"),
        ("<@all> 看", "@all 看"),
    ],
)
def test_everybody_is_named_and_not_called(text: str, shown: str) -> None:
    """Invariant 5."""
    safe = without_mass_mentions(text)
    assert safe.replace(_JOINER, "") == shown
    assert f"@{_JOINER}" in safe or f"＠{_JOINER}" in safe


@pytest.mark.parametrize(
    "text", ["所有人都同意", "a@channel.example", "@Hereford", "all@here.com", "@allison", "<@U123>"]
)
def test_what_calls_nobody_stays(text: str) -> None:
    assert without_mass_mentions(text) == text


@given(st.text(st.sampled_from("@＠<!>|^channelhere 所有人_S"), max_size=40))
def test_twice_is_once(text: str) -> None:
    once = without_mass_mentions(text)
    assert without_mass_mentions(once) == once
