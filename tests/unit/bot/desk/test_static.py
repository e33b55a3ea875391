"""The desk's files: both languages, no HTML by string, nothing from elsewhere, nothing inline."""

import json
import re
from pathlib import Path

import bot.desk
import connectors.console
from bot.desk.assets import merged_texts

STATIC = Path(bot.desk.__file__).parent / "static"
CONSOLE = Path(connectors.console.__file__).parent / "static"
SCRIPTS = {path.relative_to(STATIC).as_posix(): path.read_text("utf-8") for path in STATIC.rglob("*.js")}
PAGES = {path.name: path.read_text("utf-8") for path in STATIC.glob("*.html")}
TEXTS = {language: merged_texts(STATIC / "i18n" / language) for language in ("zh", "en")}
OF_THE_CONSOLE = set(json.loads((CONSOLE / "i18n" / "en.json").read_text("utf-8")))


def test_both_languages_have_the_same_texts() -> None:
    assert set(TEXTS["zh"]) == set(TEXTS["en"])
    for key, text in TEXTS["en"].items():
        assert text
        assert TEXTS["zh"][key]
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", TEXTS["zh"][key])), key


def test_every_text_that_is_used_exists() -> None:
    code = "\n".join([*SCRIPTS.values(), *PAGES.values()])
    used = set(re.findall(r'\bt\("([\w.]+)"', code)) | set(re.findall(r'data-t(?:-\w+)?="([\w.]+)"', code))
    used |= set(re.findall(r'\btitle: "([a-z_]+\.[\w.]+)"', code))
    assert used - set(TEXTS["en"]) - OF_THE_CONSOLE == set()


def test_no_script_passes_html_or_leaves_the_house() -> None:
    for name, code in SCRIPTS.items():
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", code), (
            name
        )
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)[a-z]", code), name
        assert not re.search(r'\bstyle: ["`{]|setAttribute\("style"', code), name
    for name, page in PAGES.items():
        assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=|https?://", page), name


def test_what_is_imported_and_linked_is_there() -> None:
    for name, code in SCRIPTS.items():
        for target in re.findall(r'from "([^"]+)"', code):
            if target.startswith("/console/"):
                path = CONSOLE / target.removeprefix("/console/")
            else:
                path = (STATIC / name).parent / target
            assert path.is_file(), f"{name} imports {target}"
    for page in PAGES.values():
        for target in re.findall(r'(?:href|src)="/admin/static/([^"]+)"', page):
            assert (STATIC / target).is_file(), target


def test_every_file_is_small_enough_to_read() -> None:
    for path in STATIC.rglob("*.*"):
        assert len(path.read_text("utf-8").splitlines()) < 300, path.name
