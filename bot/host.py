"""The application's side of connectors: durable acceptance, conversation, verdicts, files."""

from collections.abc import AsyncIterator, Sequence

from bot.archive.archivist import Archivist
from bot.conversation import Conversation
from bot.errors import NotPermitted
from bot.file_store import FileStore
from bot.permissions import Permissions
from bot.truth.answers import Answers
from bot.truth.inbox import Inbox
from connectors.connector import DownReason, Reply, Utterance, VerdictKind
from connectors.events import Event, PersonRef


class ApplicationHost:
    """Implements ``connectors.connector.Host``."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        archivist: Archivist,
        conversation: Conversation,
        answers: Answers,
        permissions: Permissions,
        file_store: FileStore,
    ) -> None:
        self._inbox = inbox
        self._archivist = archivist
        self._conversation = conversation
        self._answers = answers
        self._permissions = permissions
        self._file_store = file_store

    async def accept(self, events: Sequence[Event]) -> None:
        """Store events durably, then let the archivist take them."""
        await self._inbox.append(events)
        self._archivist.wake()

    async def converse(self, utterance: Utterance, reply: Reply) -> None:
        """Answer through ``reply``."""
        await self._conversation.converse(utterance, reply)

    async def judge(
        self,
        *,
        answer_id: str,
        person: PersonRef,
        verdict: VerdictKind,
        reasons: Sequence[DownReason] = (),
        comment: str = "",
    ) -> None:
        """Store a verdict; raises ``NotFound``, or ``NotPermitted`` when the person cannot see the answer."""
        channel_id = await self._answers.channel_of(answer_id)
        if channel_id is not None and not await self._permissions.may_read(
            person.person_id, channel_id, platform=person.platform
        ):
            raise NotPermitted
        await self._answers.judge(
            answer_id=answer_id, person_id=person.person_id, kind=verdict, reasons=reasons, comment=comment
        )

    async def store_file(self, chunks: AsyncIterator[bytes]) -> tuple[str, int]:
        """Put bytes into the file store."""
        return await self._file_store.put(chunks)
