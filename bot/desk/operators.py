"""Who may work at the desk. A token is shown once; kept is only what cannot be turned back into it."""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.desk.route import Operator, Role
from bot.errors import BadInput, NotFound
from bot.truth.database import Database
from bot.truth.tables import OperatorRow

_NAME_CHARS = 80
_SEEN_EVERY = timedelta(minutes=1)
_PURPOSE = b"shiguang desk session"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorView:
    """An operator as others see them."""

    name: str
    role: Role
    created_at: datetime
    seen_at: datetime | None


def session_key(token: str) -> str:
    """What a browser is given for the token, so that the token itself stays with its owner."""
    return hmac.new(token.strip().encode(), _PURPOSE, hashlib.sha256).hexdigest()


class Operators:
    """Adds, lists and removes them, and knows them by their session."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, name: str, *, role: Role = "operator") -> str:
        """Let somebody in and return their token, which nobody can read again.

        A name that is known gets a new token and this role; sessions of the former token end. Raises ``BadInput``.
        """
        cleaned = _cleaned(name)
        token = secrets.token_urlsafe(24)
        now = datetime.now(UTC)
        kept = {"role": role, "token_sha256": _kept(session_key(token)), "created_at": now, "removed_at": None}

        def add(session: Session) -> None:
            session.merge(OperatorRow(name=cleaned, seen_at=None, **kept))
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: add(Session(sync)))
        return token

    async def remove(self, name: str) -> None:
        """Let nobody in by this name any more; open sessions end at once. Raises ``NotFound``."""
        gone = {"removed_at": datetime.now(UTC), "token_sha256": f"removed-{secrets.token_hex(16)}"}
        statement = update(OperatorRow).where(OperatorRow.name == name, OperatorRow.removed_at.is_(None)).values(**gone)
        async with self._database.begin() as connection:
            removed = (await connection.execute(statement)).rowcount
        if not removed:
            raise NotFound(name)

    async def listed(self) -> Sequence[OperatorView]:
        """Those who may log in, by name."""
        statement = (
            select(OperatorRow.name, OperatorRow.role, OperatorRow.created_at, OperatorRow.seen_at)
            .where(OperatorRow.removed_at.is_(None))
            .order_by(OperatorRow.name)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            OperatorView(name=name, role=_role(role), created_at=created, seen_at=seen)
            for name, role, created, seen in rows
        ]

    async def by_session(self, key: str) -> Operator | None:
        """Whose session this is. That they were here is kept to the minute."""
        wanted = _kept(key)
        statement = select(OperatorRow.name, OperatorRow.role, OperatorRow.token_sha256, OperatorRow.seen_at).where(
            OperatorRow.token_sha256 == wanted, OperatorRow.removed_at.is_(None)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None or not hmac.compare_digest(row.token_sha256, wanted):
            return None
        now = datetime.now(UTC)
        if row.seen_at is None or now - row.seen_at >= _SEEN_EVERY:
            async with self._database.begin() as connection:
                await connection.execute(
                    update(OperatorRow).where(OperatorRow.token_sha256 == wanted).values(seen_at=now)
                )
        return Operator(name=row.name, role=_role(row.role))


def _kept(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _role(role: str) -> Role:
    return "operator" if role == "operator" else "viewer"


def _cleaned(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > _NAME_CHARS:
        raise BadInput(f"name: 1 to {_NAME_CHARS} characters")
    if any(unicodedata.category(character).startswith("C") for character in cleaned):
        raise BadInput("name: visible characters")
    return cleaned
