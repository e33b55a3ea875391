"""Files shared in Slack: named at once, fetched later or never, and nothing of their private links is kept."""

import pytest

from connectors.events import FileRef, MessagePosted
from tests.scenarios.slack_stage import SlackStage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_file_is_named_while_its_bytes_are_on_their_way(slack: SlackStage) -> None:
    (event,) = await slack.hears(SHARED)
    assert isinstance(event, MessagePosted)
    assert event.files == (
        FileRef.model_validate(
            {
                "file_id": "slack:F1",
                "name": "plan.pdf",
                "media_type": "application/pdf",
                "size_bytes": 1234,
                "caption": "The amber plan",
                "unavailable_reason": "file_not_fetched_yet",
            }
        ),
    )
    assert "files.slack.com" not in event.model_dump_json()
    assert (await slack.files("1790000200.000100"))["F1"].name == "plan.pdf"
    assert not event.system


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ({"mode": "external", "is_external": True}, "file_external"),
        ({"mode": "hosted", "is_external": True}, "file_external"),
        ({"mode": "hidden_by_limit"}, "file_hidden_by_limit"),
        ({"mode": "space", "filetype": "quip"}, "file_is_canvas"),
        ({"mode": "list"}, "file_is_canvas"),
        ({"mode": "hosted", "file_access": "access_denied"}, "file_access_denied"),
        ({"mode": "hosted", "size": 2_000_000}, "file_too_large"),
        ({"mode": "snippet", "size": 20}, "file_not_fetched_yet"),
        ({"file_access": "check_file_info"}, "file_not_fetched_yet"),
    ],
)
async def test_why_there_are_no_bytes(slack: SlackStage, file: dict[str, object], reason: str) -> None:
    (event,) = await slack.hears(SHARED | {"files": [{"id": "F2"} | file]})
    assert isinstance(event, MessagePosted)
    assert [(found.name, found.unavailable_reason) for found in event.files] == [("F2", reason)]
    kept = (await slack.files("1790000200.000100"))["F2"]
    assert kept.status == ("pending" if reason == "file_not_fetched_yet" else "failed")


async def test_a_stub_gets_its_name_once_the_message_is_told_again_with_it(slack: SlackStage) -> None:
    await slack.hears(SHARED | {"files": [{"id": "F3", "file_access": "check_file_info"}]})
    assert (await slack.files("1790000200.000100"))["F3"].name == "F3"
    complete = SHARED | {"files": [{"id": "F3", "name": "topaz.xlsx", "mode": "hosted", "size": 10}]}
    await slack.reads({key: value for key, value in complete.items() if key not in ("channel", "event_ts")})
    assert (await slack.files("1790000200.000100"))["F3"].name == "topaz.xlsx"


async def test_a_deleted_file_in_a_message_is_gone_everywhere(slack: SlackStage) -> None:
    tombstone = SHARED | {"ts": "1790000201.000100", "files": [{"id": "F4", "mode": "tombstone"}]}
    await slack.hears(SHARED | {"files": [{"id": "F4", "name": "quartz.pdf"}]}, tombstone)
    assert await slack.files("1790000200.000100") == await slack.files("1790000201.000100") == {}


async def test_the_share_itself_is_fetched_by_others(slack: SlackStage) -> None:
    assert await slack.hears(FILE_SHARED, FILE_CHANGE, FILE_PUBLIC) == []
    assert slack.translator.counts == {}


SHARED = {
    "type": "message",
    "subtype": "file_share",
    "channel": "C1",
    "user": "U1",
    "text": "",
    "upload": False,
    "ts": "1790000200.000100",
    "event_ts": "1790000200.000100",
    "files": [
        {
            "id": "F1",
            "name": "plan.pdf",
            "title": "The amber plan",
            "mimetype": "application/pdf",
            "filetype": "pdf",
            "size": 1234,
            "mode": "hosted",
            "user": "U1",
            "is_external": False,
            "file_access": "visible",
            "url_private": "https://files.slack.com/files-pri/T1-F1/plan.pdf",
            "url_private_download": "https://files.slack.com/files-pri/T1-F1/download/plan.pdf",
            "permalink": "https://acme.slack.com/files/U1/F1/plan.pdf",
        }
    ],
}
FILE_SHARED = {
    "type": "file_shared",
    "file_id": "F1",
    "file": {"id": "F1"},
    "user_id": "U1",
    "channel_id": "C1",
    "event_ts": "1790000200.000200",
}
FILE_CHANGE = {"type": "file_change", "file_id": "F1", "file": {"id": "F1"}, "event_ts": "1790000201.000200"}
FILE_PUBLIC = {
    "type": "file_public",
    "file_id": "F1",
    "file": {"id": "F1"},
    "user_id": "U1",
    "event_ts": "1790000202.000200",
}
