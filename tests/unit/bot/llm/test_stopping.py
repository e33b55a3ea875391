"""Stop strings, in every cut."""

from hypothesis import given
from hypothesis import strategies as st

from bot.llm.stopping import StopFilter

_text = st.text(alphabet="ab#\n", max_size=30)


@given(_text, st.lists(st.text(alphabet="ab#\n", min_size=1, max_size=3), max_size=3))
def test_nothing_of_a_stop_string_is_shown(text: str, stops: list[str]) -> None:
    whole = StopFilter(stops)
    expected = whole.feed(text) + whole.finish()
    one_by_one = StopFilter(stops)
    shown = "".join(one_by_one.feed(character) for character in text) + one_by_one.finish()
    assert not any(stop in shown for stop in stops)
    assert text.startswith(shown)
    assert one_by_one.is_stopped == whole.is_stopped == any(stop in text for stop in stops)
    if not whole.is_stopped:
        assert shown == expected == text


def test_nothing_comes_after_the_stop() -> None:
    stopping = StopFilter(["\n\n", ""])
    assert stopping.feed("yes\n") == "yes"
    assert stopping.feed("\nno") == ""
    assert stopping.feed("no") == ""
    assert stopping.finish() == ""
