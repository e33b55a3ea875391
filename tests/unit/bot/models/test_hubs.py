import hashlib
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.errors import DownloadError
from bot.models.catalogue import HubFile, HubFiles, HubName
from bot.models.http_files import new_session
from bot.models.hubs import hub_address, hub_answers, hub_title, list_files
from tests.fakes.model_hub import FakeModelHub

_CONTENT = b"weights"
_SHA256 = hashlib.sha256(_CONTENT).hexdigest()


@pytest.fixture
async def hub(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeModelHub]:
    files = {"onnx/m.onnx": _CONTENT}
    async with FakeModelHub(repository="o/r", files=files, small_files={"config.json": b"{}"}) as running:
        monkeypatch.setenv("HF_ENDPOINT", f"{running.address}/")
        monkeypatch.setenv("MODELSCOPE_ENDPOINT", running.address)
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


def _source(hub: HubName, *paths: str, optional: str = "") -> HubFiles:
    files = [HubFile(path=path) for path in paths]
    if optional:
        files.append(HubFile(path=optional, optional=True))
    return HubFiles(hub=hub, repository="o/r", files=tuple(files))


async def test_hugging_face_tells_checksum_and_size(hub: FakeModelHub, session: aiohttp.ClientSession) -> None:
    (file,) = await list_files(session, _source("huggingface", "onnx/m.onnx", optional="absent.json"))
    assert file.sha256 == _SHA256
    assert file.size == len(_CONTENT)
    assert file.url == f"{hub.address}/o/r/resolve/main/onnx/m.onnx"


async def test_a_small_file_is_known_by_gits_hash(hub: FakeModelHub, session: aiohttp.ClientSession) -> None:
    (file,) = await list_files(session, _source("huggingface", "config.json"))
    assert file.sha256 is None
    assert file.git_sha1 == hashlib.sha1(b"blob 2\0{}", usedforsecurity=False).hexdigest()


async def test_modelscope_tells_them_in_its_listing(hub: FakeModelHub, session: aiohttp.ClientSession) -> None:
    (file,) = await list_files(session, _source("modelscope", "onnx/m.onnx", optional="absent.json"))
    assert file.sha256 == _SHA256
    assert file.url == f"{hub.address}/models/o/r/resolve/master/onnx/m.onnx"


@pytest.mark.parametrize("name", ["huggingface", "modelscope"])
async def test_a_missing_file_is_named(hub: FakeModelHub, session: aiohttp.ClientSession, name: HubName) -> None:
    with pytest.raises(DownloadError, match=r"does not have o/r/nothing\.gguf"):
        await list_files(session, _source(name, "nothing.gguf"))


@pytest.mark.parametrize("name", ["huggingface", "modelscope"])
async def test_a_hub_that_is_not_there_is_one_sentence(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch, name: HubName
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("MODELSCOPE_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(DownloadError, match=r"\(127\.0\.0\.1\) cannot be reached"):
        await list_files(session, _source(name, "m.gguf"))
    assert not await hub_answers(session, name)


async def test_a_hub_answers(hub: FakeModelHub, session: aiohttp.ClientSession) -> None:
    assert await hub_answers(session, "huggingface")


def test_mirrors_are_environment_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    monkeypatch.delenv("MODELSCOPE_ENDPOINT", raising=False)
    monkeypatch.setenv("MODELSCOPE_DOMAIN", "www.modelscope.ai")
    assert hub_address("huggingface") == "https://huggingface.co"
    assert hub_address("modelscope") == "https://www.modelscope.ai"
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example.org/")
    assert hub_title("huggingface") == "Hugging Face (mirror.example.org)"
