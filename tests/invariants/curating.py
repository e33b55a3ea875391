"""Standard answers of a world: of one or two messages that stand, for whomever a careless operator lets in."""

from contextlib import suppress

from sqlalchemy import select

from bot.application import Application
from bot.curating.standard_answers import EVERYBODY, StandardAnswers, StandardSource
from bot.errors import NotFound
from bot.truth.tables import MessageRow
from tests.invariants.world import World


async def add_standard_answers(application: Application, world: World, *, count: int = 4) -> None:
    """Each repeats the words of its sources."""
    kept, random = StandardAnswers(application.database), world.random
    records = [record for room in world.rooms for record in room.records]
    for number in range(count):
        sources = random.sample(records, random.choice((1, 2)))
        async with application.database.read() as connection:
            said = (await connection.scalars(select(MessageRow.text).where(MessageRow.record_id.in_(sources)))).all()
        with suppress(NotFound):  # of what was deleted none is made
            added = await kept.propose(
                question=f"World {world.number}, question {number}?",
                text="\n".join(("So it is said:", *said)),
                proposed_by="console:Ann",
                channel_ids=random.choice(([], [EVERYBODY], [random.choice(world.rooms).ref.channel_id])),
                sources=[StandardSource(n=n, record_id=record) for n, record in enumerate(sources, start=1)],
            )
            await kept.approve(added, owner="Maya")
