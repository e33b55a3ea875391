"""Topics are found in public channels alone, and go with their records (invariants 3 and 4)."""

from sqlalchemy.orm import Session

from bot.application import Application
from bot.archive.topics import KnownTopic, find_topics, known_topics
from bot.executor import Executor
from tests.builders import channel, deleted, posted
from tests.quick_application import archive

THEMES = (
    "oven yeast flour dough baguette crust proofing",
    "invoice ledger receipt audit payroll refund voucher",
    "depot tyres axle gearbox diesel mileage trailer",
)


async def _topics(application: Application) -> list[KnownTopic]:
    executor = Executor("topics", threads=1)
    await find_topics(application.database, application.store, executor)
    executor.close()
    async with application.database.read() as connection:
        return await connection.run_sync(lambda sync: known_topics(Session(sync)))


async def test_topics_of_public_channels_alone(application: Application) -> None:
    hidden = channel("board", "private")
    await archive(
        application,
        *(posted(n, f"{THEMES[n % 3]} batch {n}", minutes=3000 * n) for n in range(60)),
        *(
            posted(n, f"merger zeppelin lawsuit secrecy dossier {n}", place=hidden, minutes=3000 * n)
            for n in range(60, 80)
        ),
    )
    topics = await _topics(application)
    words = {word for topic in topics for word in topic.words}
    assert len(topics) >= 2
    assert words & {"ledger", "invoice", "payroll", "receipt"}
    assert not words & {"merger", "zeppelin", "lawsuit", "secrecy", "dossier"}
    assert topics == await _topics(application), "found again, the same"

    await archive(application, *(deleted(n, minutes=999_999) for n in range(60)))
    async with application.database.read() as connection:
        assert await connection.run_sync(lambda sync: known_topics(Session(sync))) == []
    assert await _topics(application) == []
