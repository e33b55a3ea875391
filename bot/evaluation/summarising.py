"""Summarises each conversation in three ways, in one run, and checks what is said."""

import time
from collections.abc import Sequence

from sqlalchemy import select

from bot.answering.grounding import GroundingCheck
from bot.answering.sentences import split_sentences
from bot.application import Application
from bot.errors import NotFound, ShiguangError
from bot.evaluation.summaries import Summarised, SummaryCase, lead_3, one_shot
from bot.language import language_of
from bot.summaries.lines import joined
from bot.summaries.phrasing import Phrased, Phrasing
from bot.summaries.support import Support
from bot.summaries.talk import Talk, Wanted, read_talks
from bot.truth.tables import MessageRow
from knowledge.passage import Audience

_SECONDS = 600.0


async def talk_of(application: Application, case: SummaryCase) -> Talk:
    """What is to be summarised, as one conversation; raises ``NotFound`` for messages that are not in the archive."""
    if case.turns:
        return case.written_out()
    async with application.database.read() as connection:
        rows = (
            await connection.execute(
                select(MessageRow.record_id, MessageRow.channel_id, MessageRow.sent_at).where(
                    MessageRow.record_id.in_([case.first, case.last])
                )
            )
        ).all()
    ends = {record_id: (channel_id, sent_at) for record_id, channel_id, sent_at in rows}
    if not {case.first, case.last} <= ends.keys() or ends[case.first][0] is None:
        raise NotFound(f"{case.first} … {case.last}")
    channel_id, since = ends[case.first]
    wanted = Wanted(audience=Audience.operator(), channel_ids=frozenset({str(channel_id)}), since=since, until=None)
    turns = sorted(
        (turn for talk in await read_talks(application.database, wanted) for turn in talk.turns),
        key=lambda turn: (turn.sent_at, turn.record_id),
    )
    places = {turn.record_id: at for at, turn in enumerate(turns)}
    if not {case.first, case.last} <= places.keys():
        raise NotFound(f"{case.first} … {case.last}")
    return Talk(
        conversation_id=case.id,
        channel_id=str(channel_id),
        channel_name=case.channel,
        turns=tuple(turns[places[case.first] : places[case.last] + 1]),
    )


async def summarise_and_judge(application: Application, case: SummaryCase) -> Summarised:
    """All three summaries of one case; one that fails is counted, and not compared."""
    try:
        return await _summarised(application, case)
    except ShiguangError as error:
        return Summarised(expected=case.expected, said={}, supported={}, reason=error.code)


async def _summarised(application: Application, case: SummaryCase) -> Summarised:
    talk = await talk_of(application, case)
    language = language_of(" ".join(case.expected))
    support = Support(GroundingCheck(application.embedder, zone=application.zone))
    phrasing = Phrasing(model=application.model, embedder=application.embedder, support=support)
    began = time.perf_counter()
    phrased = await phrasing.phrase(talk, language=language, seconds=_SECONDS, asker="")
    took_ms = (time.perf_counter() - began) * 1000
    said = {
        "ours": joined(sentence.text for sentence in phrased.sentences),
        "one_shot": (await one_shot(application.model, talk, language)).strip(),
        "lead_3": lead_3(talk),
    }
    sentences = {
        "ours": [sentence.text for sentence in phrased.sentences],
        "one_shot": split_sentences(said["one_shot"]),
    }
    return Summarised(
        expected=case.expected,
        said=said,
        supported={system: await _supported(support, some, talk) for system, some in sentences.items()},
        named=await _named(support, phrased, talk),
        linked=await _linked(application, case, phrased, talk),
        record_ids=[[talk.turns[at].record_id for at in sentence.places] for sentence in phrased.sentences],
        took_ms=took_ms,
        reason=phrased.extractive or "",
    )


async def _supported(support: Support, sentences: Sequence[str], talk: Talk) -> tuple[int, int]:
    """Sentences that some messages of the conversation support, of all."""
    return len(await support.check(sentences, talk.turns)), len(sentences)


async def _named(support: Support, phrased: Phrased, talk: Talk) -> tuple[int, int]:
    """Sentences that the very messages they name support, of all."""
    right = 0
    for sentence in phrased.sentences:
        right += len(await support.check([sentence.text], [talk.turns[at] for at in sorted(sentence.places)]))
    return right, len(phrased.sentences)


async def _linked(application: Application, case: SummaryCase, phrased: Phrased, talk: Talk) -> tuple[int, int]:
    """Sentences with a message to go to, all of them there, of all."""
    named = [{talk.turns[at].record_id for at in sentence.places} for sentence in phrased.sentences]
    there = {turn.record_id for turn in talk.turns}
    if not case.turns:
        wanted = select(MessageRow.record_id).where(
            MessageRow.record_id.in_(set().union(*named)),
            MessageRow.channel_id == talk.channel_id,
            MessageRow.deleted_at.is_(None),
        )
        async with application.database.read() as connection:
            there = set((await connection.scalars(wanted)).all())
    return sum(bool(ids) and ids <= there for ids in named), len(named)
