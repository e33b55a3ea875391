"""How commands end: a sentence and a hint in the reader's language, never a trace."""

import asyncio
from typing import NoReturn

import pytest
import typer

from bot.cli.output import print_json, run
from bot.errors import ModelMissing


async def _raise(error: BaseException) -> NoReturn:
    await asyncio.sleep(0)
    raise error


@pytest.mark.parametrize(
    ("language", "sentence", "hint"),
    [
        ("en_US.UTF-8", "A model is missing: tiny [model_missing]", "→ Run: shiguang models pull"),
        ("zh_CN.UTF-8", "缺少模型：tiny [model_missing]", "→ 运行 shiguang models pull。"),
    ],
)
def test_a_failure_is_one_sentence_and_a_hint(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str, sentence: str, hint: str
) -> None:
    monkeypatch.setenv("LC_ALL", language)
    with pytest.raises(SystemExit) as ended:
        run(_raise(ModelMissing("tiny")))
    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err.splitlines()) == (1, "", [sentence, hint])


def test_what_nobody_expected_is_named_without_its_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    with pytest.raises(SystemExit) as ended:
        run(_raise(RuntimeError("postgresql://user:secret@host")))
    said = capsys.readouterr()
    assert ended.value.code == 1
    assert "Something went wrong: RuntimeError [error]" in said.err
    assert "secret" not in said.err
    assert "Traceback" not in said.err


def test_wrong_usage_is_left_to_typer_and_an_interruption_has_its_own_status(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(typer.BadParameter):
        run(_raise(typer.BadParameter("no")))
    with pytest.raises(SystemExit) as ended:
        run(_raise(KeyboardInterrupt()))
    assert ended.value.code == 130
    assert capsys.readouterr().err.strip()


def test_json_is_one_document_in_utf_8(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    print_json({"text": "预算 \ud800"})
    assert capfdbinary.readouterr().out.decode("utf-8") == '{\n  "text": "预算 ?"\n}\n'
