from datetime import timedelta

import pytest

from connectors.events import FileRef, RecordId
from connectors.slack.ids import moment
from connectors.slack.message_versions import changed_version, says_the_same, version_of

SAID: dict[str, object] = {"user": "U1", "text": "hi", "ts": "1790000000.000100"}
EDITED: dict[str, object] = SAID | {"text": "hi all", "edited": {"user": "U1", "ts": "1790000050.000000"}}
BUILT: dict[str, object] = {
    "user": "U9",
    "bot_id": "B9",
    "text": "built",
    "blocks": [{"type": "section"}],
    "ts": "1790000000.000100",
}
FILE = FileRef(file_id=RecordId("slack:F1"), name="plan.pdf")


def test_what_people_said_has_only_its_time() -> None:
    version = version_of(SAID, (), answer_id=None)
    assert (version.name, version.edited_at) == ("0", None)


def test_an_edit_has_the_time_of_the_edit() -> None:
    version = version_of(EDITED, (), answer_id=None)
    assert version.name.startswith("1790000050.000000:f")
    assert version.edited_at == moment("1790000050.000000")


@pytest.mark.parametrize(
    ("changed_ts", "counts"),
    [
        ("1790000050.700300", "1790000050.700300"),
        ("1790000051.000000", "1790000050.000000"),
        ("1790000049.999999", "1790000050.000000"),
        ("soon", "1790000050.000000"),
    ],
)
def test_within_its_second_the_time_of_the_change_is_more_exact(changed_ts: str, counts: str) -> None:
    version = changed_version(EDITED, (), former=SAID, changed_ts=changed_ts, answer_id=None)
    assert version.edited_at == moment(counts)
    assert version.name == version_of(EDITED, (), answer_id=None).name, "the history shows the same version"


def test_a_change_that_is_no_edit_is_as_new_as_the_change() -> None:
    later = moment("1790000090.000200")
    version = changed_version(EDITED, (), former=EDITED, changed_ts="1790000090.000200", answer_id=None)
    assert version.edited_at == later
    assert later is not None
    assert changed_version(BUILT, (), former={}, changed_ts="1790000090.000200", answer_id=None).edited_at == later


def test_a_stream_that_ended_is_as_old_as_its_message() -> None:
    streaming = BUILT | {"streaming_state": "in_progress"}
    version = changed_version(BUILT, (), former=streaming, changed_ts="1790000090.000200", answer_id="a-1")
    assert version == version_of(BUILT, (), answer_id="a-1")
    assert version.edited_at is None


def test_whatever_may_differ_at_one_time_makes_another_version() -> None:
    names = [
        version_of(BUILT, (), answer_id=None).name,
        version_of(BUILT | {"text": "built twice"}, (), answer_id=None).name,
        version_of(BUILT | {"text": ""}, (), answer_id=None).name,
        version_of(BUILT | {"attachments": [{"text": "ok"}]}, (), answer_id=None).name,
        version_of(BUILT, (), answer_id="a-1").name,
        version_of(BUILT, (FILE,), answer_id=None).name,
        version_of(BUILT, (FILE.model_copy(update={"name": "other.pdf"}),), answer_id=None).name,
        version_of(EDITED, (), answer_id=None).name,
        version_of(EDITED | {"text": "hi everybody"}, (), answer_id=None).name,
    ]
    assert len(set(names)) == len(names)


def test_previews_are_no_part_of_a_version() -> None:
    preview: dict[str, object] = {"attachments": [{"from_url": "https://e.x", "title": "A page"}]}
    for message in (SAID, EDITED, BUILT):
        assert version_of(message | preview, (), answer_id=None) == version_of(message, (), answer_id=None)
        assert says_the_same(message | preview, message)
        assert says_the_same(message | {"attachments": []}, message)
    assert not says_the_same(BUILT | {"attachments": [{"text": "ok"}]}, BUILT)
    assert not says_the_same(BUILT, BUILT | {"streaming_state": "in_progress"})


def test_the_second_of_an_edit_ends_before_the_next() -> None:
    edited = moment("1790000050.000000")
    assert edited is not None
    last = changed_version(EDITED, (), former=SAID, changed_ts="1790000050.999999", answer_id=None)
    assert last.edited_at == edited + timedelta(microseconds=999_999)
