"""A team that asked, was answered by a model, and judged."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from sqlalchemy import insert

from bot.answering.evidence import Evidence
from bot.answering.prompt import answer_prompt
from bot.answering.traced import traced
from bot.application import Application
from bot.curating.standard_answers import StandardAnswers, StandardSource
from bot.training.card import Counts
from bot.training.checking import Checking
from bot.training.consent import TrainingConsents
from bot.training.example import Format
from bot.training.exporting import Exported, Exporting
from bot.truth.answers import StoredAnswer, StoredSource
from bot.truth.preferences import Preferences
from bot.truth.tables import CaseAnswerRow, CaseRow
from connectors.events import ChannelRef
from tests.builders import START, at, channel, evidence, opened, person, posted, record
from tests.quick_application import archive, quick_application

LAUNCH = "console:launch"
LATER = datetime(2127, 1, 1, tzinfo=START.tzinfo)


@dataclass(frozen=True)
class Team:
    """Short words for what happens in these tests."""

    application: Application

    async def allow(self, *channels: str) -> None:
        consents = TrainingConsents(self.application.database)
        for one in channels or (LAUNCH,):
            await consents.say("channel", one, allowed=True, changed_by="Ann")

    async def refuse(self, name: str) -> None:
        await TrainingConsents(self.application.database).say(
            "person", str(person(name).person_id), allowed=False, changed_by="Ann"
        )

    async def answered(
        self,
        answer_id: str,
        said: str,
        *,
        question: str = "When is the launch?",
        source: int = 1,
        told: str = "the launch is on December 8",
        by: str = "Li Wei",
        asker: str = "Bo",
        channel_id: str | None = LAUNCH,
        minutes: float = 10,
        abstained: bool = False,
        raw: str | None = None,
        question_record_id: str | None = None,
    ) -> None:
        """An answer as the application keeps it: with its prompt, what the model said, and what passed the check."""
        shown = [_passage(source, told, by)]
        prompt = answer_prompt(
            question=question,
            person=asker,
            evidence=shown,
            now=at(minutes),
            zone=self.application.zone,
            language="en",
        )
        trace: dict[str, Any] = {
            "prompt_version": prompt.version,
            "messages": [{"role": one.role, "content": one.content} for one in prompt.messages],
            "sampling": {},
            "raw": said if raw is None else raw,
            "checks": [] if abstained else [{"sentence": said, "citations": [1], "problem": None}],
        }
        await self.application.answers.store(
            StoredAnswer(
                answer_id=answer_id,
                asked_at=at(minutes),
                channel_id=channel_id,
                person_id=str(person(asker).person_id),
                question_record_id=question_record_id,
                question=question,
                language="en",
                text=f"{said} [1]",
                abstained=abstained,
                reason="not_in_records" if abstained else None,
                model="small",
                prompt_version=prompt.version,
                sources=(
                    StoredSource(
                        n=1,
                        record_id=str(record(source)),
                        file_id=None,
                        chunk=0,
                        page=None,
                        channel_id=LAUNCH,
                        quote=told,
                        cited=True,
                    ),
                ),
                trace=traced(trace, shown, check_version="1"),
            )
        )

    async def votes(self, answer_id: str, *, up: tuple[str, ...] = (), down: tuple[str, ...] = ()) -> None:
        for name in up:
            await self.application.answers.judge(answer_id=answer_id, person_id=str(person(name).person_id), kind="up")
        for name in down:
            await self.application.answers.judge(
                answer_id=answer_id, person_id=str(person(name).person_id), kind="down"
            )

    async def picks(self, chosen: str, other: str, *, by: str, first: str | None = None) -> None:
        await Preferences(self.application.database).keep(
            chosen=chosen, other=other, first_shown=first or chosen, person_id=str(person(by).person_id)
        )

    async def curates(
        self,
        text: str,
        *,
        question: str = "When is the launch?",
        sources: tuple[int, ...] = (),
        replaces: str | None = None,
        mends: tuple[str, ...] = (),
    ) -> str:
        """An approved standard answer; ``mends`` are answers of a case that it mended."""
        kept = StandardAnswers(self.application.database)
        standard_answer_id = await kept.propose(
            question=question,
            text=text,
            proposed_by="operator",
            channel_ids=["*"],
            sources=[StandardSource(n=n, record_id=str(record(one))) for n, one in enumerate(sources, start=1)],
            replaces_answer_id=replaces,
        )
        await kept.approve(standard_answer_id, owner="Ann")
        if mends:
            async with self.application.database.begin() as connection:
                await connection.execute(
                    insert(CaseRow).values(
                        case_id="case",
                        state="mended",
                        opened_at=at(20),
                        changed_at=at(30),
                        standard_answer_id=standard_answer_id,
                    )
                )
                await connection.execute(
                    insert(CaseAnswerRow),
                    [
                        {"answer_id": one, "case_id": "case", "causes": ["down"], "added_at": at(20 + number)}
                        for number, one in enumerate(mends)
                    ],
                )
        return standard_answer_id

    async def says(self, number: int, text: str, *, author: str = "Li Wei", place: ChannelRef | None = None) -> None:
        await archive(self.application, posted(number, text, author=author, place=place))

    async def exports(
        self, wanted: Format, out: Path, *, supported_only: bool = False, now: datetime = LATER
    ) -> Exported:
        exporting = Exporting(
            self.application.database, home=self.application.settings.home, zone=self.application.zone
        )
        return await exporting.export(wanted, out, now=now, language="en", supported_only=supported_only)

    async def gone(self, out: Path) -> list[int]:
        return list(await self._checking().gone(out, now=LATER + timedelta(days=1)))

    async def removes(self, out: Path) -> list[int]:
        return list(await self._checking().remove(out, now=LATER + timedelta(days=1)))

    def _checking(self) -> Checking:
        return Checking(self.application.database, home=self.application.settings.home, zone=self.application.zone)


@pytest_asyncio.fixture
async def team() -> AsyncIterator[Team]:
    async with quick_application() as application:
        await archive(
            application,
            opened(channel(), (person("Ann"), person("Bo"), person("Cai"), person("Li Wei"))),
            posted(1, "the launch is on December 8"),
        )
        yield Team(application)


def nothing_left_out(counts: Counts) -> bool:
    return sum(counts.left_out.values()) == 0


def _passage(source: int, told: str, by: str) -> Evidence:
    return replace(evidence(1, told, author=by), record_id=str(record(source)), message_id=str(record(source)))
