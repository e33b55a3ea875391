"""Better models than the default, for this machine: by memory, GPU and language, where a hub answers."""

import asyncio
import shutil
from dataclasses import dataclass
from typing import Literal

import psutil

from bot.models.catalogue import CATALOGUE, DEFAULT_EMBEDDING, RERANKER, SMALL_CHAT, HubName, Model
from bot.models.http_files import new_session
from bot.models.hubs import hub_answers, hub_title

_GB = 1_000_000_000
_NVIDIA_SECONDS = 5.0
_CPU_LIMIT = 5 * _GB  # without a GPU a model above 4B answers more slowly than people wait
_RESERVED = 3 * _GB  # the system, the archive and the embedding model
_EMBEDDING_MEMORY = 16 * _GB
_RERANKER_CORES = 8
_HUBS: tuple[HubName, ...] = ("huggingface", "modelscope")
PeopleLanguage = Literal["auto", "zh", "en"]


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Memory in bytes; ``gpu_memory`` is that of the largest NVIDIA card, 0 without one. ``cores`` are real ones."""

    memory: int
    cores: int
    gpu_memory: int


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """A model (by the name to pull), the setting that uses it, and why."""

    name: str
    setting: str
    reason: str
    size: int
    needs_hub: bool


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What to use here. ``hubs`` answered; without any, only the models of the package index are offered."""

    machine: Machine
    hubs: tuple[HubName, ...]
    recommendations: tuple[Recommendation, ...]
    note: str


async def inspect_machine() -> Machine:
    """Look at RAM, cores and, when ``nvidia-smi`` is there, at the card."""
    cores = psutil.cpu_count(logical=False) or 1
    return Machine(memory=psutil.virtual_memory().total, cores=cores, gpu_memory=await _gpu_memory())


async def _gpu_memory() -> int:
    program = shutil.which("nvidia-smi")
    if program is None:
        return 0
    process = await asyncio.create_subprocess_exec(
        *(program, "--query-gpu=memory.total", "--format=csv,noheader,nounits"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_NVIDIA_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        return 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    megabytes = [int(line) for line in output.decode(errors="replace").split() if line.isdigit()]
    return max(megabytes, default=0) * (1 << 20)


async def answering_hubs() -> tuple[HubName, ...]:
    """The hubs that answer within a few seconds."""
    async with new_session() as session:
        answers = await asyncio.gather(*(hub_answers(session, hub) for hub in _HUBS))
    return tuple(hub for hub, answered in zip(_HUBS, answers, strict=True) if answered)


def advise(machine: Machine, hubs: tuple[HubName, ...], *, language: PeopleLanguage = "auto") -> Advice:
    """Choose for the machine; pure, so that it can be tested for machines we do not have."""
    picks = [_chat(machine, hubs)]
    picks += _retrieval(machine, hubs, language)
    if hubs:
        note = f"{' and '.join(hub_title(hub) for hub in hubs)} can be reached."
        if machine.cores < _RERANKER_CORES:
            note += f" A re-ranker ({RERANKER.name}) is worth its time from {_RERANKER_CORES} cores on."
    else:
        note = (
            "No model hub answers, so only the models of the package index are offered. "
            "HF_ENDPOINT names a mirror of Hugging Face; any GGUF file can be set by its path."
        )
    return Advice(machine=machine, hubs=hubs, recommendations=tuple(picks), note=note)


def _chat(machine: Machine, hubs: tuple[HubName, ...]) -> Recommendation:
    free = max(0, machine.memory - _RESERVED)
    on_gpu = machine.gpu_memory >= 4 * _GB
    limit = machine.gpu_memory if on_gpu else min(free, _CPU_LIMIT)
    place = f"{machine.gpu_memory / _GB:.0f} GB of GPU memory" if on_gpu else f"{machine.memory / _GB:.0f} GB of RAM"
    candidates = [m for m in CATALOGUE if m.role == "chat" and m.memory <= limit and (hubs or m.proven)]
    best = max(candidates, key=_quality, default=SMALL_CHAT)
    setting = f'llm.model = "{best.name}"' + (", llm.gpu_layers = -1" if on_gpu else "")
    if best.proven:
        reason = f"fits {place} and comes from the package index"
    else:
        reason = f"the largest general model that runs well in {place}; better than the default at following sources"
    return Recommendation(name=best.name, setting=setting, reason=reason, size=best.size, needs_hub=not best.proven)


def _quality(model: Model) -> tuple[int, bool]:
    return model.memory, model.name.startswith("qwen3-")


def _retrieval(machine: Machine, hubs: tuple[HubName, ...], language: PeopleLanguage) -> list[Recommendation]:
    if "huggingface" not in hubs or machine.memory < _EMBEDDING_MEMORY:
        keep = DEFAULT_EMBEDDING
        reason = "Chinese and English in one space, fast on any CPU, from the package index"
        return [
            Recommendation(
                name=keep.name,
                setting=f'embedding.model = "{keep.name}"',
                reason=reason,
                size=keep.size,
                needs_hub=False,
            )
        ]
    if language == "en":
        name, size = "BAAI/bge-large-en-v1.5", 1_200_000_000
        reason = "English only, stronger than the default; ten times slower to import"
    else:
        name, size = "intfloat/multilingual-e5-large", 2_240_000_000
        reason = "the default's larger sister, Chinese and English; ten times slower to import"
    embedding = Recommendation(
        name=name,
        setting=f'embedding.model = "{name}" (then: shiguang reindex)',
        reason=reason,
        size=size,
        needs_hub=True,
    )
    return [embedding, *_reranker(machine)]


def _reranker(machine: Machine) -> list[Recommendation]:
    if machine.cores < _RERANKER_CORES:
        return []
    return [
        Recommendation(
            name=RERANKER.name,
            setting=f'reranker.model = "{RERANKER.name}"',
            reason=(
                "reads the first results together with the question, Chinese and English; worth it where search finds "
                "the right message but not first: compare shiguang eval retrieval with and without it"
            ),
            size=RERANKER.size,
            needs_hub=True,
        )
    ]
