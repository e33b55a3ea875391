"""Conversations as they are read."""

from sqlalchemy.orm import Session

from bot.application import Application
from bot.truth.conversations import Exchange, conversations_of, exchange_of, messages_of
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


async def test_an_exchange_is_what_is_replied_to_and_the_first_reply_or_the_next_line(application: Application) -> None:
    await application.inbox.append([posted(number, f"line {number}") for number in range(6)])
    await application.archivist.apply_batch()
    replies = {"m0": None, "m1": None, "m2": "m0", "m3": "m0", "m4": "m2", "m5": "m3"}

    def read(session: Session) -> dict[str, Exchange | None]:
        for record_id, reply_to in replies.items():
            begins = "m1" if record_id == "m1" else "m0"
            session.merge(
                ConversationRow(
                    record_id=record_id, channel_id="console:launch", reply_to=reply_to, conversation_id=begins
                )
            )
        session.flush()
        return {record_id: exchange_of(session, record_id) for record_id in (*replies, "m9")}

    async with application.database.begin() as connection:
        around = await connection.run_sync(lambda sync: read(Session(sync)))
    assert around == {
        "m0": Exchange(None, "m2"),
        "m1": None,
        "m2": Exchange("m0", "m4"),
        "m3": Exchange("m0", "m5"),
        "m4": Exchange("m2", "m5"),
        "m5": Exchange("m3", None),
        "m9": None,
    }
