"""✅ on a reply: invariant 2, the same proposal in any order of events, once; and nothing where it means no answer."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select, update
from sqlalchemy.orm import Session

from bot.truth.applier import Applier
from bot.truth.inbox import Lane, Received
from bot.truth.resting import empty
from bot.truth.tables import Base, StandardAnswerRow, StandardAnswerSourceRow
from bot.truth.ticks import proposal_id
from connectors.events import Event, ReactionChanged
from tests.builders import at, deleted, edited, person, posted, record


def _tick(number: int, name: str = "Ann", *, minutes: float = 10, present: bool = True) -> ReactionChanged:
    return ReactionChanged(
        event_id=f"t-{number}-{name}-{minutes}-{present}", occurred_at=at(minutes), record_id=record(number),
        person=person(name), emoji="white_check_mark", present=present,
    )  # fmt: skip


class _Truth:
    """A truth of its own, told events one batch after the other."""

    def __init__(self) -> None:
        engine = create_engine("sqlite://")
        Base.metadata.create_all(engine)
        self.session = Session(engine.connect())
        self._seq = 0

    def tell(self, *events: Event, lane: Lane = Lane.LIVE) -> None:
        self._seq += len(events)
        Applier(self.session).apply([Received(self._seq + at_, lane, one, 0) for at_, one in enumerate(events)])
        self.session.commit()

    @property
    def proposals(self) -> list[tuple[str, str, str, str, str]]:
        rows = self.session.execute(
            select(StandardAnswerRow.question, StandardAnswerRow.text, StandardAnswerRow.proposed_by)
            .add_columns(StandardAnswerRow.state, StandardAnswerSourceRow.record_id)
            .join(
                StandardAnswerSourceRow,
                StandardAnswerSourceRow.standard_answer_id == StandardAnswerRow.standard_answer_id,
            )
        )
        return [(question, text, by, state, source) for question, text, by, state, source in rows]


ASKED, SAID = posted(1, "Where is the stapler?", author="Ann"), posted(2, "On the shelf", author="Bo", thread=1)
STORY: Sequence[Event] = (
    ASKED,
    SAID,
    _tick(2, minutes=10),
    _tick(2, minutes=11, present=False),
    _tick(2, "Bo", minutes=12),
    _tick(2, "Cem", minutes=9),
    edited(2, "On the upper shelf", minutes=13),
    edited(1, "Where is the red stapler?", minutes=14),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    order=st.permutations(range(len(STORY))),
    again=st.lists(st.integers(0, len(STORY) - 1), max_size=3),
    one_by_one=st.booleans(),
)
def test_any_order_and_any_repetition_propose_the_same_once(
    order: list[int], again: list[int], one_by_one: bool
) -> None:
    told, truth = [STORY[place] for place in [*order, *again]], _Truth()
    for batch in [[event] for event in told] if one_by_one else [told]:
        truth.tell(*batch)
    proposal = ("Where is the red stapler?", "On the upper shelf", "console:Bo", "proposed", "m2")
    assert truth.proposals == [proposal]


@pytest.mark.parametrize(
    "talk",
    [
        (posted(1, "I am late", author="Ann"), SAID, _tick(2)),
        (ASKED, SAID, _tick(2, "Cem")),
        (ASKED, posted(2, "On the shelf", author="Bo"), _tick(2)),
        (ASKED, _tick(1)),
        (ASKED, SAID, _tick(2, minutes=60 * 24 * 120)),
        (ASKED, posted(2, "On the shelf", author="Bo", thread=1, answer_id="a1"), _tick(2)),
        (ASKED, SAID, _tick(2), deleted(1)),
    ],
    ids=["no question", "somebody else", "no thread", "the head", "much later", "the bot's answer", "question deleted"],
)
def test_other_ticks_propose_nothing(talk: Sequence[Event]) -> None:
    truth = _Truth()
    truth.tell(*talk)
    assert truth.proposals == []


def test_what_history_brings_proposes_nothing_but_an_edit_in_it_reaches_what_is_proposed() -> None:
    truth = _Truth()
    truth.tell(ASKED, SAID, _tick(2), lane=Lane.IMPORT)
    assert truth.proposals == []
    truth.tell(_tick(2, "Bo"))
    assert [text for _, text, _, _, _ in truth.proposals] == ["On the shelf"]
    truth.tell(edited(2, "In the drawer", minutes=20), lane=Lane.IMPORT)
    assert [text for _, text, _, _, _ in truth.proposals] == ["In the drawer"]


def test_what_operators_did_with_it_stays() -> None:
    truth = _Truth()
    truth.tell(ASKED, SAID, _tick(2))
    changed = update(StandardAnswerRow).values(text="Shelf 3", state="approved", approved_at=at(15))
    truth.session.execute(changed)
    truth.tell(_tick(2, minutes=20, present=False))
    assert [(text, state) for _, text, _, state, _ in truth.proposals] == [("Shelf 3", "approved")]
    row = truth.session.get_one(StandardAnswerRow, proposal_id("m2"))
    empty(truth.session, row, at(30))
    truth.tell(_tick(2, minutes=40))
    assert row.state == "removed", "who removed it is not asked again"
