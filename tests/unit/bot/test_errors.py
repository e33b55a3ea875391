"""Every failure that a person can see has a code, a sentence and a hint, in both languages."""

import importlib
import inspect
import pkgutil

import pytest

import bot
from bot import errors
from bot.errors import ArchiveOutdated, Language, ModelBusy, NotFound, NotPermitted, ShiguangError

LANGUAGES: tuple[Language, ...] = ("zh", "en")


def _tree(root: type[ShiguangError]) -> list[type[ShiguangError]]:
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if ".migrations." not in module.name:
            importlib.import_module(module.name)
    found, waiting = [root], [root]
    while waiting:
        children = waiting.pop().__subclasses__()
        found += children
        waiting += children
    # A class without a code of its own words the failure of its parent in more detail.
    return [error for error in found if error.__module__.startswith("bot.") and "code" in vars(error)]


ERRORS = _tree(ShiguangError)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_each_has_a_sentence_and_a_hint_in_both_languages(error: type[ShiguangError]) -> None:
    instance = error()
    sentences = {language: instance.sentence(language) for language in LANGUAGES}
    hints = {language: instance.hint(language) for language in LANGUAGES}
    assert sentences["zh"].endswith("。")
    assert sentences["en"].endswith(".")
    assert sentences["zh"] != sentences["en"]
    assert all(hints.values())
    assert hints["zh"] != hints["en"]
    assert any("\u4e00" <= character <= "\u9fff" for character in sentences["zh"])
    assert not any("\u4e00" <= character <= "\u9fff" for character in sentences["en"] + hints["en"])
    assert inspect.getdoc(error)


def test_codes_are_unique_and_easy_to_say() -> None:
    codes = [error.code for error in ERRORS]
    assert len(codes) == len(set(codes))
    assert all(code.replace("_", "").isalpha() and code.islower() for code in codes)


def test_each_code_has_a_text_of_its_own() -> None:
    assert len(ERRORS) > 20
    assert all("texts" in vars(error) for error in ERRORS)


def test_the_tree_in_the_docstring_is_the_real_one() -> None:
    drawn = inspect.getdoc(errors) or ""
    for error in ERRORS:
        if error.__module__ == "bot.errors":
            assert f" {error.__name__} " in drawn.replace("\n", " "), error.__name__


def test_a_detail_joins_the_sentence() -> None:
    assert NotFound("#x").sentence("zh") == "没有找到：#x"
    assert NotFound("#x").sentence("en") == "Not found: #x"
    assert str(ModelBusy()) == "Too many people are asking right now."


def test_an_own_hint_stands_for_that_of_the_class() -> None:
    assert ArchiveOutdated(hint="do this").hint("zh") == "do this"


def test_two_of_them_are_also_the_builtin_that_connectors_know() -> None:
    assert isinstance(NotPermitted(), PermissionError)
    assert isinstance(NotFound("x"), LookupError)
