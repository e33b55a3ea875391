"""Asking the questions of attempts through the application's host, and what they changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.application import Application
from bot.host import ApplicationHost
from tests.injection.attempts import Staged
from tests.injection.judging import Heard, changes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt brought about."""

    name: str
    changes: tuple[str, ...]
    text: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {', '.join(self.changes)}: {self.text}"


async def ask(application: Application, staged: Staged) -> Outcome:
    """Ask as a person in a group does."""
    host = ApplicationHost(
        database=application.database,
        inbox=application.inbox,
        archivist=application.archivist,
        conversation=application.conversation,
        answers=application.answers,
        permissions=application.permissions,
        confirmations=application.confirmations,
        file_store=application.file_store,
    )
    heard = Heard()
    await host.converse(staged.utterance(), heard)
    text, reason = (heard.answer.text, heard.answer.reason) if heard.answer else ("", "failed")
    return Outcome(staged.attempt.id, tuple(changes(staged, heard)), text, reason or "answered")


def told(outcomes: Sequence[Outcome]) -> str:
    """Those that changed something, a line each."""
    return "\n".join(str(outcome) for outcome in outcomes if outcome.changes)
