"""Rules about what is not taken in any more: what was forgotten once does not come back with a late event."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.truth.tables import ForgottenRow


class Forgotten:
    """The rules that matter to one batch of events, read with one statement inside its transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rules: list[ForgottenRow] | None = None

    def load(self, channel_ids: Iterable[str]) -> None:
        """Read the rules about these channels, about people and about everything."""
        statement = select(ForgottenRow).where(
            or_(ForgottenRow.channel_id.is_(None), ForgottenRow.channel_id.in_(list(channel_ids)))
        )
        self._rules = list(self._session.scalars(statement))

    def rule_for(self, *, channel_id: str, person_id: str, at: datetime) -> str | None:
        """The rule by which a message of this channel, person and moment must not be taken in; None: it may."""
        for rule in self._known():
            if (
                at < rule.before
                and rule.channel_id in (None, channel_id)
                and rule.person_id in (None, person_id)
            ):  # fmt: skip
                return rule.rule_id
        return None

    def is_person(self, person_id: str, at: datetime) -> bool:
        """Whether what is told about this person of that moment was forgotten, in every channel."""
        return any(
            rule.person_id == person_id and rule.channel_id is None and at < rule.before for rule in self._known()
        )

    def _known(self) -> list[ForgottenRow]:
        if self._rules is None:
            self.load(())
        return self._rules or []
