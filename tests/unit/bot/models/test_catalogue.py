import re
from urllib.parse import urlsplit

from bot.models.catalogue import CATALOGUE, DEFAULT_CHAT, DEFAULT_EMBEDDING, SMALL_CHAT, E5Wheels, WheelParts, find
from bot.settings import Settings


def test_names_are_unique_and_in_lower_case() -> None:
    names = [model.name for model in CATALOGUE]
    assert len(set(names)) == len(names)
    assert names == [name.lower() for name in names]


def test_the_defaults_of_the_settings_are_listed_and_proven(tmp_path: object) -> None:
    fields = Settings.model_fields
    assert find(fields["llm"].default.model) is DEFAULT_CHAT
    assert find(fields["embedding"].default.model) is DEFAULT_EMBEDDING
    assert DEFAULT_CHAT.proven
    assert DEFAULT_EMBEDDING.proven


def test_a_package_index_gives_every_proven_model_and_its_checksum_is_pinned() -> None:
    for model in CATALOGUE:
        if not model.proven:
            continue
        source = model.sources[0]
        assert isinstance(source, WheelParts | E5Wheels)
        pinned = source.weights.sha256 if isinstance(source, E5Wheels) else model.sha256
        assert re.fullmatch(r"[0-9a-f]{64}", pinned or "")


def test_parts_add_up_to_the_size() -> None:
    for model in (DEFAULT_CHAT, SMALL_CHAT):
        source = model.sources[0]
        assert isinstance(source, WheelParts)
        assert (source.parts - 1) * source.part_bytes < model.size <= source.parts * source.part_bytes


def test_nobody_claims_a_checksum_that_was_never_seen() -> None:
    assert [model.name for model in CATALOGUE if model.sha256 and not model.proven] == []


def test_find_ignores_case_and_says_none() -> None:
    assert find(DEFAULT_CHAT.name.upper()) is DEFAULT_CHAT
    assert find("nothing") is None


def test_no_source_holds_an_address_of_a_package_index() -> None:
    for model in CATALOGUE:
        for source in model.sources:
            if isinstance(source, WheelParts):
                assert urlsplit(source.package).netloc == ""
