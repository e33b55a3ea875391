from hypothesis import given

from connectors.slack.file_reasons import FILE_REASONS
from connectors.slack.file_refs import file_ref, files_named_in
from tests.unit.connectors.slack.test_fields import JSON


def test_living_and_deleted_files_are_told_apart_each_once() -> None:
    named = files_named_in(
        {
            "files": [
                {"id": "F1", "name": "a"},
                {"id": "F2", "mode": "tombstone"},
                {"id": "F3", "file_access": "file_not_found"},
                {"id": "F1", "name": "b"},
                {"id": "F2", "mode": "tombstone"},
                {"name": "no id"},
                "F4",
            ]
        }
    )
    assert named.present == {"F1": {"id": "F1", "name": "b"}}
    assert named.removed == ("F2", "F3")


def test_a_single_file_counts_only_without_a_list() -> None:
    assert set(files_named_in({"file": {"id": "F1"}}).present) == {"F1"}
    assert set(files_named_in({"file": {"id": "F1"}, "files": [{"id": "F2"}]}).present) == {"F2"}


def test_nothing_of_the_links_is_kept() -> None:
    link = "https://files.slack.com/files-pri/T1-F1/plan.pdf?t=xoxe-1-23456"
    payload = {"id": "F1", "name": "plan.pdf", "title": f"plan {link}", "url_private": link, "permalink": link}
    told = file_ref("F1", payload, max_bytes=10).model_dump_json()
    assert "xoxe" not in told
    assert "url_private" not in told


def test_too_large_is_said_at_once() -> None:
    assert file_ref("F1", {"size": 11}, max_bytes=10).unavailable_reason == "file_too_large"
    assert file_ref("F1", {"size": 10}, max_bytes=10).unavailable_reason == "file_not_fetched_yet"


@given(payload=JSON, mode=JSON, name=JSON)
def test_no_payload_can_raise(payload: object, mode: object, name: object) -> None:
    for files in (payload, [payload], [{"id": "F1", "mode": mode, "name": name, "preview": payload, "size": mode}]):
        for slack_id, found in files_named_in({"files": files}).present.items():
            assert file_ref(slack_id, found, max_bytes=10).unavailable_reason in FILE_REASONS
