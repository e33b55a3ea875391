"""The page of prompts: what the model is told, and trying another text on past questions before it counts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select

from bot.desk.body import Body, Identifier, Text, checked
from bot.desk.route import DeskRequest, Outcome, Route
from bot.errors import BadInput, Language, NotFound
from bot.guarding.masking import mask
from bot.llm.absent import estimate_tokens
from bot.llm.interface import LanguageModel
from bot.prompting import PromptTrials, PromptVersion, PromptVersions, Trial
from bot.prompting.needs import NEEDS, most_tokens, require_usable
from bot.prompting.subjects import Choice
from bot.prompting.trials import MOST_SUBJECTS, Tried
from bot.prompts import PromptKey, PromptText, prompt_text, shipped_prompts
from bot.settings import Settings
from bot.truth.database import Database
from bot.truth.tables import ChannelRow

_DRAFT = "draft"
_RUNNING: dict[Language, str] = {
    "zh": "另一次试用还在进行，请等它结束或先取消",
    "en": "another trial is under way; wait for its end, or stop it first",
}
_NOT_A_QUESTION: dict[Language, str] = {
    "zh": "只有回答问题的提示词可以重新搜索",
    "en": "only the prompt of answers can be tried with a new search",
}


class _Saved(Body):
    text: Text


class _InForce(Body):
    version: Identifier


class _Tried(Body):
    text: Text
    choice: Choice = "recent"
    count: Annotated[int, Field(ge=1, le=MOST_SUBJECTS)] = 5
    anew: bool = False


class PromptsPart:
    """``prompts``: read, saved as drafts, put in force, rolled back; ``prompt-trial``: the one trial."""

    def __init__(
        self,
        *,
        database: Database,
        prompts: PromptVersions,
        trials: PromptTrials,
        model: LanguageModel,
        settings: Settings,
    ) -> None:
        self._database = database
        self._prompts = prompts
        self._trials = trials
        self._model = model
        self._settings = settings

    def routes(self) -> Sequence[Route]:
        """All of them."""
        one = "prompts/{name}/{language}"
        return [
            Route(method="GET", path="prompts", handler=self._listed),
            Route(method="GET", path=one, handler=self._shown),
            Route(method="POST", path=f"{one}/versions", handler=self._save, action="prompt_saved"),
            Route(
                method="DELETE", path=f"{one}/versions/{{version}}", handler=self._remove, action="prompt_draft_removed"
            ),
            Route(method="PUT", path=f"{one}/in-force", handler=self._put_in_force, action="prompt_put_in_force"),
            Route(method="POST", path=f"{one}/trial", handler=self._try, action="prompt_tried"),
            Route(method="GET", path="prompt-trial", handler=self._trial),
            Route(method="DELETE", path="prompt-trial", handler=self._cancel, action="prompt_trial_stopped"),
        ]

    async def _listed(self, _: DeskRequest) -> Outcome:
        listed = []
        for key in sorted(NEEDS, key=lambda key: (list(NEEDS).index(key) // 2, key[1] != "zh")):
            versions = await self._prompts.of(key)
            in_force = next((one for one in versions if one.state == "in_force"), None)
            listed.append(
                {
                    "name": key[0],
                    "language": key[1],
                    "version": prompt_text(*key).version,
                    "own": in_force is not None,
                    "changed_at": in_force.activated_at.isoformat() if in_force and in_force.activated_at else None,
                    "changed_by": in_force.created_by if in_force else None,
                    "drafts": sum(one.state == "draft" for one in versions),
                }
            )
        return Outcome(body={"prompts": listed})

    async def _shown(self, request: DeskRequest) -> Outcome:
        key = _key(request)
        in_force, shipped = prompt_text(*key), shipped_prompts()[key]
        return Outcome(
            body={
                "name": key[0],
                "language": key[1],
                "in_force": {"version": in_force.version, "text": in_force.text},
                "shipped": {"version": shipped.version, "text": shipped.text},
                "versions": [_version_json(one) for one in await self._prompts.of(key)],
                "tokens": estimate_tokens(in_force.text),
                "most_tokens": self._limit(),
                "needs": [need.told(request.language) for need in NEEDS[key]],
                "can_search_anew": key[0] == "answer",
                "is_asked": not key[0].startswith("summary_"),
            }
        )

    async def _save(self, request: DeskRequest) -> Outcome:
        key, text = _key(request), checked(_Saved, request.body).text
        require_usable(key, text, limit=self._limit(), language=request.language)
        saved = await self._prompts.save(key, text, by=request.operator.name)
        return Outcome(body=_version_json(saved), target=saved.version, detail={"characters": len(saved.text)})

    async def _put_in_force(self, request: DeskRequest) -> Outcome:
        key, version = _key(request), checked(_InForce, request.body).version
        former = prompt_text(*key).version
        kept = next((one for one in await self._prompts.of(key) if one.version == version), None)
        if kept is not None:
            # The model may have another context by now than when it was written.
            require_usable(key, kept.text, limit=self._limit(), language=request.language)
        await self._prompts.put_in_force(key, version)
        return Outcome(body={"version": version}, target=version, detail={"instead_of": former})

    async def _remove(self, request: DeskRequest) -> Outcome:
        version = request.path["version"]
        if all(one.version != version for one in await self._prompts.of(_key(request))):
            raise NotFound(version)
        await self._prompts.remove(version)
        return Outcome(target=version)

    async def _try(self, request: DeskRequest) -> Outcome:
        key, body = _key(request), checked(_Tried, request.body)
        require_usable(key, body.text, limit=self._limit(), language=request.language)
        if body.anew and key[0] != "answer":
            raise BadInput(_NOT_A_QUESTION[request.language])
        if self._trials.is_running:
            raise BadInput(_RUNNING[request.language])
        trial = await self._trials.begin(
            key,
            PromptText(_DRAFT, body.text),
            choice=body.choice,
            count=body.count,
            anew=body.anew,
            by=request.operator.name,
        )
        detail = {"choice": body.choice, "count": trial.total, "anew": body.anew}
        return Outcome(body=await self._trial_json(trial), target="-".join(key), detail=detail)

    async def _trial(self, _: DeskRequest) -> Outcome:
        trial = await self._trials.look()
        return Outcome(body={"trial": None if trial is None else await self._trial_json(trial)})

    async def _cancel(self, _: DeskRequest) -> Outcome:
        trial = await self._trials.look()
        await self._trials.cancel()
        return Outcome(target="-".join(trial.key) if trial else "")

    def _limit(self) -> int:
        context = self._model.info.context_tokens or self._settings.llm.context_tokens
        return most_tokens(context, self._settings.answers.evidence_tokens)

    async def _trial_json(self, trial: Trial) -> dict[str, Any]:
        wanted = {item.subject.channel_id for item in trial.items}
        async with self._database.read() as connection:
            statement = select(ChannelRow.channel_id, ChannelRow.name, ChannelRow.visibility)
            rows = await connection.execute(statement.where(ChannelRow.channel_id.in_(wanted)))
        names = {place: name if visibility == "direct" else f"#{name}" for place, name, visibility in rows}
        return {
            "id": trial.trial_id,
            "name": trial.key[0],
            "language": trial.key[1],
            "choice": trial.choice,
            "anew": trial.anew,
            "by": trial.by,
            "began_at": trial.began_at.isoformat(),
            "state": trial.state,
            "total": trial.total,
            "left_out": trial.left_out,
            "gives_way": trial.gives_way,
            "items": [_item_json(item, names, trial.key[1]) for item in trial.items],
        }


def _key(request: DeskRequest) -> PromptKey:
    key = next(
        (key for key in NEEDS if key == (request.path["name"], request.path["language"])),
        None,
    )
    if key is None:
        raise NotFound(request.path["name"])
    return key


def _version_json(one: PromptVersion) -> dict[str, Any]:
    return {
        "version": one.version,
        "text": one.text,
        "state": one.state,
        "created_at": one.created_at.isoformat(),
        "created_by": one.created_by,
        "activated_at": one.activated_at.isoformat() if one.activated_at else None,
        "retired_at": one.retired_at.isoformat() if one.retired_at else None,
    }


def _item_json(item: Tried, names: Mapping[str, str], language: Language) -> dict[str, Any]:
    subject = item.subject
    return {
        "id": subject.subject_id,
        "question": mask(subject.question, language),
        "at": subject.at.isoformat(),
        "channel": names.get(subject.channel_id, ""),
        "verdicts": list(subject.verdicts),
        "then": _told_json(asdict(item.then)),
        "now": _told_json(asdict(item.now)),
        "pieces": [[piece.kind, piece.text] for piece in item.pieces],
    }


def _told_json(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "cited": [{"n": n, "quote": quote} for n, quote in sorted(told["cited"].items())]}
