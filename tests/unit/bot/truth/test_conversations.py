"""Conversations as they are read."""

from sqlalchemy.orm import Session

from bot.application import Application
from bot.truth.conversations import conversations_of, messages_of
from bot.truth.tables import ConversationRow
from tests.builders import deleted, posted


async def test_messages_of_a_conversation_come_in_order_without_deleted_ones(application: Application) -> None:
    await application.inbox.append([posted(number, f"line {number}") for number in range(4)])
    await application.inbox.append([deleted(2)])
    await application.archivist.apply_batch()
    rows = {"m0": "m0", "m3": "m0", "m2": "m0", "m1": "m1"}

    def read(session: Session) -> tuple[list[str], list[str], dict[str, str]]:
        for record_id, conversation_id in rows.items():
            session.merge(
                ConversationRow(
                    record_id=record_id, channel_id="console:launch", reply_to=None, conversation_id=conversation_id
                )
            )
        session.flush()
        return messages_of(session, "m0"), messages_of(session, "m9"), conversations_of(session, ["m1", "m3", "m9"])

    async with application.database.begin() as connection:
        together, none, known = await connection.run_sync(lambda sync: read(Session(sync)))
    assert together == ["m0", "m3"]
    assert none == []
    assert known == {"m1": "m1", "m3": "m0"}
