"""Which of two answers to a question people picked."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from bot.errors import BadInput, NotFound
from bot.truth.database import Database
from bot.truth.intake import note
from bot.truth.tables import AnswerRow, PreferenceRow


class Preferences:
    """Stores what was picked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, *, chosen: str, other: str, first_shown: str, person_id: str) -> None:
        """The last pick of a person on a pair counts.

        Raises ``NotFound`` for an unknown answer and ``BadInput`` unless there are two, one of them shown first.
        """
        if chosen == other or first_shown not in (chosen, other):
            raise BadInput("one of two answers was expected")

        def keep(session: Session) -> None:
            answers = [session.get(AnswerRow, answer_id) for answer_id in (chosen, other)]
            if answers[0] is None or answers[1] is None:
                raise NotFound
            session.merge(
                PreferenceRow(
                    person_id=person_id,
                    pair="|".join(sorted((chosen, other))),
                    chosen=chosen,
                    other=other,
                    first_shown=first_shown,
                    channel_id=answers[0].channel_id,
                    preferred_at=datetime.now(UTC),
                )
            )
            note(session, chosen)
            note(session, other)
            session.flush()

        async with self._database.begin() as connection:
            await connection.run_sync(lambda sync: keep(Session(sync)))
