import json
import re
from pathlib import Path

import connectors.console
from connectors.console.errors import _TEXTS
from knowledge.filetext.reasons import REASONS, reason_sentence

STATIC = Path(connectors.console.__file__).parent / "static"
SCRIPTS = {path.name: path.read_text("utf-8") for path in (STATIC / "js").glob("*.js")}
PAGES = {path.name: path.read_text("utf-8") for path in STATIC.glob("*.html")}


def _texts(language: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((STATIC / "i18n" / f"{language}.json").read_text("utf-8"))
    return texts


def test_both_languages_have_the_same_texts() -> None:
    chinese, english = _texts("zh"), _texts("en")
    assert set(chinese) == set(english)
    for key, text in english.items():
        assert text
        assert chinese[key]
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", chinese[key])), key


def test_every_text_that_is_used_exists_and_the_other_way_round() -> None:
    code = "\n".join([*SCRIPTS.values(), *PAGES.values()])
    used = set(re.findall(r'\bt\("(\w+)"', code)) | set(re.findall(r'data-t(?:-\w+)?="(\w+)"', code))
    texts = set(_texts("en"))
    assert used <= texts
    built = {key for key in texts if re.match(r"(reason|thanks|verdict|why)_|(public|private)_|direct_note", key)}
    unused = {key for key in texts - used - built if f'"{key}"' not in code}
    assert unused == set()


def test_no_script_passes_html_or_leaves_the_house() -> None:
    for name, code in SCRIPTS.items():
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", code), (
            name
        )
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)[a-z]", code), name
    for name, page in PAGES.items():
        assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=|https?://", page), name


def test_every_file_is_small_enough_to_read() -> None:
    for path in STATIC.rglob("*.*"):
        assert len(path.read_text("utf-8").splitlines()) < 300, path.name


def test_every_refusal_has_words_in_both_languages() -> None:
    for code, text in _TEXTS.items():
        assert re.search("[\u4e00-\u9fff]", text.zh + text.zh_hint), code
        assert not re.search("[\u4e00-\u9fff]", text.en + text.en_hint), code


def test_every_reason_why_a_file_was_not_read_has_its_sentence() -> None:
    for language in ("zh", "en"):
        texts = _texts(language)
        for reason in REASONS:
            assert texts[f"why_{reason}"] == reason_sentence(reason, "zh" if language == "zh" else "en")
