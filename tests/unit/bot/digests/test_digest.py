"""Which lines are shown, and their numbers."""

from collections import Counter
from dataclasses import replace

from bot.digests.digest import Digest, chosen, without_repetitions
from bot.summaries.lines import Section, SummaryLine
from tests.unit.bot.digests.building import digest, line


def _lines(section: Section, count: int, start: int) -> list[SummaryLine]:
    return [line(start + number, f"{section} {number}", section) for number in range(count)]


def test_no_section_crowds_out_the_others() -> None:
    lines = [*_lines("file", 30, 0), *_lines("decision", 9, 100), *_lines("talk", 9, 200), *_lines("action", 1, 300)]
    shown = Counter(one.line.section for one in chosen(lines, 12))
    assert shown == {"decision": 8, "action": 1, "file": 1, "talk": 2}


def test_the_most_important_come_first_and_are_kept_when_there_is_little_room() -> None:
    lines = [*_lines("talk", 3, 0), *_lines("action", 3, 10), *_lines("decision", 3, 20)]
    assert [one.line.section for one in chosen(lines, 3)] == ["decision"] * 3


def test_two_lines_of_one_message_have_one_number() -> None:
    shown = chosen([line(1, "a"), line(2, "b"), line(1, "c", "action")], 12)
    assert [(one.line.text, one.n) for one in shown] == [("a", 1), ("b", 2), ("c", 1)]


def test_it_is_kept_and_read_back() -> None:
    made = digest(line(1, "a", owner="Li Wei"), line(2, "b", "talk"))
    row = made.row("made")
    assert Digest.of(row) == made


def test_a_message_is_not_quoted_again_that_another_section_tells_of() -> None:
    quote = replace(line(1, "the price is 369", "talk"), quoted=True)
    other = replace(line(2, "hello", "talk"), quoted=True)
    told = line(1, "the price is 369")
    assert without_repetitions([told, quote, other]) == [told, other]
