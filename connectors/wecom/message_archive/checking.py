"""Looking whether the message archive can be read, without reading it: for ``shiguang doctor``."""

from connectors.wecom.configuration import WeComConfiguration
from connectors.wecom.message_archive.frames import Words
from connectors.wecom.message_archive.process import WorkerAway, WorkerGone, WorkerProcess
from connectors.wecom.message_archive.standing import Problem, Standing
from connectors.wecom.message_archive.timing import Timing


async def archive_problems(configuration: WeComConfiguration, *, timing: Timing | None = None) -> tuple[Problem, ...]:
    """Load the SDK, read the keys, ask for one message; returns what is wrong, nothing when all is well.

    Takes about a minute at most. Raises ``ValueError`` when no archive is configured.
    """
    standing = Standing()
    worker = WorkerProcess(configuration, standing, timing or Timing())
    codes: list[int] = []

    async def take(words: Words, _: bytes) -> None:
        codes.append(int(words.get("code") or 0))

    try:
        await worker.ask({"do": "pull", "seq": 0, "limit": 1}, take)
    except (WorkerAway, WorkerGone):
        return standing.problems  # they have told it
    finally:
        await worker.close()
    for code in filter(None, codes):
        standing.set_refused(code)
    return standing.problems
