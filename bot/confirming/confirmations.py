"""Cards in the truth: who may decide what until when, what they decided, and what came of it.

The row is the audit: it stays, with who asked, when it was decided and what was done, in ids and numbers.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import uuid4

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.confirming.action import Action, Asked
from bot.confirming.texts import told
from bot.errors import NotFound, NotPermitted, ShiguangError
from bot.truth.database import Database
from bot.truth.tables import ConfirmationRow
from connectors.connector import Card, Decision
from connectors.events import ChannelId, PersonRef

_log = structlog.get_logger(__name__)

T = TypeVar("T")

LASTS: Final = timedelta(minutes=10)
_WAIT_SECONDS: Final = 20.0
"""How long a decision waits for what it sets off; a page asks again after that."""


@dataclass(frozen=True, slots=True)
class _Decided:
    row: ConfirmationRow
    is_new: bool


class Confirmations:
    """Puts cards to people and does what they confirm, once."""

    def __init__(
        self,
        database: Database,
        actions: Mapping[str, Action],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._actions = actions
        self._clock = clock
        self._running: dict[str, asyncio.Task[None]] = {}

    async def put(self, kind: str, asked: Asked, *, channel_id: str | None) -> Card:
        """A card about an action of a kind, durable from now on."""
        now = self._clock()
        row = ConfirmationRow(
            confirmation_id=uuid4().hex,
            person_id=asked.person.person_id,
            channel_id=channel_id,
            action={
                "kind": kind,
                "details": dict(asked.details),
                "language": asked.language,
                "person": asked.person.model_dump(mode="json"),
            },
            asked_at=now,
            expires_at=now + LASTS,
        )
        card = self._card(row)

        def write(session: Session) -> None:
            session.add(row)
            session.flush()

        await self._write(write)
        return card

    async def open_cards(self, person_id: str) -> list[Card]:
        """Cards that this person can still decide, oldest first."""
        statement = (
            select(ConfirmationRow)
            .where(
                ConfirmationRow.person_id == person_id,
                ConfirmationRow.decided_at.is_(None),
                ConfirmationRow.expires_at > self._clock(),
            )
            .order_by(ConfirmationRow.asked_at)
        )
        async with self._database.read() as connection:
            rows = await connection.run_sync(lambda sync: list(Session(sync).scalars(statement)))
        return [self._card(row) for row in rows]

    async def decide(self, card_id: str, person: PersonRef, *, accepted: bool) -> Decision:
        """Decide a card; deciding again tells what came of it.

        Raises ``NotFound`` for no such card and ``NotPermitted`` for somebody else's.
        """
        now = self._clock()
        decided = await self._write(lambda session: _decide(session, card_id, person.person_id, now, accepted=accepted))
        row = decided.row
        language = _asked(row).language
        if decided.is_new:
            _log.info("decided", card_id=card_id, person_id=person.person_id, kind=_kind(row), accepted=accepted)
        if row.accepted is None:
            return Decision(card_id, "expired", told("expired", language))
        if not row.accepted:
            return Decision(card_id, "cancelled", told("cancelled_before" if accepted else "cancelled", language))
        again = "" if accepted else f"{told('confirmed_before', language)}\n"
        if "outcome" not in row.action:
            await self._carried_out(row)
            row = await self._row(card_id)
        outcome: str | None = row.action.get("outcome")
        if outcome is None:
            return Decision(card_id, "running", again + told("running", language))
        return Decision(card_id, "failed" if row.action.get("failed") else "done", again + outcome)

    async def resume(self) -> None:
        """Begin again what was confirmed and not finished: a stop came between."""
        statement = select(ConfirmationRow).where(
            ConfirmationRow.accepted.is_(True), ConfirmationRow.action["outcome"].as_string().is_(None)
        )
        async with self._database.read() as connection:
            rows = await connection.run_sync(lambda sync: list(Session(sync).scalars(statement)))
        for row in rows:
            self._begin(row)

    async def close(self) -> None:
        """Stop what runs; it goes on after the next start."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carried_out(self, row: ConfirmationRow) -> None:
        await asyncio.wait({self._begin(row)}, timeout=_WAIT_SECONDS)

    def _begin(self, row: ConfirmationRow) -> asyncio.Task[None]:
        card_id = row.confirmation_id
        task = self._running.get(card_id)
        if task is None:
            task = asyncio.create_task(self._carry_out(card_id, _kind(row), _asked(row)), name=f"confirmed {card_id}")
            self._running[card_id] = task
            task.add_done_callback(lambda _: self._running.pop(card_id, None))
        return task

    async def _carry_out(self, card_id: str, kind: str, asked: Asked) -> None:
        failed = True
        try:
            outcome = await self._actions[kind].carry_out(asked)
            failed = False
        except ShiguangError as error:
            outcome = _failure(error, asked)
        except Exception:  # noqa: BLE001 - the edge: nothing raw reaches a chat
            _log.exception("a confirmed action failed", card_id=card_id, kind=kind)
            outcome = _failure(ShiguangError(), asked)

        def write(session: Session) -> None:
            row = session.get_one(ConfirmationRow, card_id)
            row.action = {**row.action, "outcome": outcome, "failed": failed}
            session.flush()

        await self._write(write)

    async def _row(self, card_id: str) -> ConfirmationRow:
        async with self._database.read() as connection:
            return await connection.run_sync(lambda sync: Session(sync).get_one(ConfirmationRow, card_id))

    def _card(self, row: ConfirmationRow) -> Card:
        asked = _asked(row)
        return Card(
            card_id=row.confirmation_id,
            text=self._actions[_kind(row)].question(asked),
            confirm=told("confirm", asked.language),
            cancel=told("cancel", asked.language),
            deletes=self._actions[_kind(row)].deletes,
            language=asked.language,
            expires_at=row.expires_at,
            channel_id=ChannelId(row.channel_id) if row.channel_id else None,
        )

    async def _write(self, work: Callable[[Session], T]) -> T:
        async with self._database.begin() as connection:
            return await connection.run_sync(lambda sync: work(Session(sync, expire_on_commit=False)))


def _decide(session: Session, card_id: str, person_id: str, now: datetime, *, accepted: bool) -> _Decided:
    row = session.get(ConfirmationRow, card_id)
    if row is None:
        raise NotFound
    if row.person_id != person_id:
        raise NotPermitted
    open_still = [
        ConfirmationRow.confirmation_id == card_id,
        ConfirmationRow.decided_at.is_(None),
        ConfirmationRow.expires_at > now,
    ]
    # One statement decides, so that of two who press at once only one does.
    changed = session.connection().execute(
        update(ConfirmationRow).where(*open_still).values(decided_at=now, accepted=accepted)
    )
    session.refresh(row)
    return _Decided(row, changed.rowcount == 1)


def _failure(error: ShiguangError, asked: Asked) -> str:
    return f"{error.sentence(asked.language)} {error.hint(asked.language)} ({error.code})"


def _kind(row: ConfirmationRow) -> str:
    return str(row.action["kind"])


def _asked(row: ConfirmationRow) -> Asked:
    action: dict[str, Any] = row.action
    return Asked(
        person=PersonRef.model_validate(action["person"]), details=action["details"], language=action["language"]
    )
