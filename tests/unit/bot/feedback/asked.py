"""Questions with answers, put into the truth as if they had been asked."""

from datetime import datetime

from bot.application import Application
from bot.feedback.cases import Cases
from bot.truth.answers import StoredAnswer, StoredSource
from connectors.connector import Language
from connectors.events import ChannelRef
from tests.builders import at, channel, person


async def asked(
    application: Application,
    answer_id: str,
    question: str,
    *,
    by: str | None = "Ann",
    reason: str | None = None,
    place: ChannelRef | None = None,
    minutes: float = 10,
    when: datetime | None = None,
    record_id: str | None = None,
    language: Language = "en",
    sources: tuple[str, ...] = (),
    searches: tuple[str, ...] = (),
    standard_answer_id: str | None = None,
    on_command_line: bool = False,
) -> None:
    """An answer; with a ``reason`` it is an abstention."""
    here = place or channel()
    await application.answers.store(
        StoredAnswer(
            answer_id=answer_id,
            asked_at=when or at(minutes),
            channel_id=None if on_command_line else here.channel_id,
            person_id=person(by).person_id if by else None,
            question_record_id=record_id,
            question=question,
            language=language,
            text="" if reason else "Friday [1].",
            abstained=reason is not None,
            reason=reason,
            model="m",
            prompt_version="v",
            sources=tuple(
                StoredSource(n=n, record_id=source, file_id=None, chunk=0, page=None, channel_id=here.channel_id,
                             quote="q", cited=True)
                for n, source in enumerate(sources, start=1)
            ),
            trace={"searches": list(searches)} if searches else {},
            standard_answer_id=standard_answer_id,
        )
    )  # fmt: skip


async def judged(application: Application, answer_id: str, kind: str, by: str = "Bo", comment: str = "") -> None:
    """A verdict, as a connector tells it."""
    assert kind in ("up", "down", "withdrawn")
    await application.answers.judge(
        answer_id=answer_id, person_id=person(by).person_id, kind=kind, comment=comment  # type: ignore[arg-type]  # as asserted
    )  # fmt: skip


async def taken_in(application: Application) -> None:
    """Take in until nothing is left."""
    while await application.taking_in.take_in():
        pass


async def queue(application: Application) -> dict[str, set[str]]:
    """Open cases: their newest question, with the answers in them."""
    cases = Cases(application.database)
    found = {}
    for view in await cases.listed():
        found[view.question] = {answer.answer_id for answer in (await cases.case(view.case_id)).answers}
    return found
