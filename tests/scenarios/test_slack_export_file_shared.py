"""Files in a Slack export: references with links that carry a credential, new form and old."""

from pathlib import Path

from connectors.events import MessagePosted
from tests.fakes.slack_export import events_of


def posted(folder: Path, *messages: object) -> list[MessagePosted]:
    return [event for event in events_of(folder, *messages) if isinstance(event, MessagePosted)]


def test_a_shared_file_is_a_reference(tmp_path: Path) -> None:
    (event,) = posted(tmp_path, SHARED)
    (file,) = event.files
    assert event.text == "the plan"
    assert (file.file_id, file.name, file.media_type, file.size_bytes, file.sha256, file.unavailable_reason) == (
        "slack:F1",
        "plan.pdf",
        "application/pdf",
        1234,
        None,
        "file_not_in_export",
    )


def test_the_token_in_the_links_is_kept_nowhere(tmp_path: Path) -> None:
    for event in posted(tmp_path, SHARED, SHARED | {"text": f"<{LINK}|plan> and {LINK}", "ts": "1700000001.000100"}):
        assert "xoxe" not in event.model_dump_json()


def test_old_exports_say_it_in_words(tmp_path: Path) -> None:
    shared, with_comment, comment = posted(tmp_path, OLD_SHARED, OLD_SHARED_WITH_COMMENT, OLD_COMMENT)
    assert (shared.text, shared.author.name, shared.files[0].name) == ("", "ann", "fritz.jpg")
    assert shared.files[0].caption == "Fritz"
    assert with_comment.text == "look at @Bob 王"
    assert (comment.text, comment.author.name, comment.files) == ("Fritz: fantastic", "Bob 王", ())
    assert not any(event.system for event in (shared, with_comment, comment))


LINK = "https://files.slack.com/files-pri/T1-F1/plan.pdf?t=xoxe-123-456-abcdef"
SHARED = {
    "type": "message",
    "text": "the plan",
    "files": [
        {
            "id": "F1",
            "created": 1700000000,
            "name": "plan.pdf",
            "title": "plan.pdf",
            "mimetype": "application/pdf",
            "filetype": "pdf",
            "user": "U1",
            "size": 1234,
            "mode": "hosted",
            "is_external": False,
            "url_private": LINK,
            "url_private_download": LINK,
            "permalink": "https://team.slack.com/files/U1/F1/plan.pdf",
        }
    ],
    "upload": False,
    "user": "U1",
    "ts": "1700000000.000100",
}
OLD_FILE = {"id": "F2", "name": "fritz.jpg", "title": "Fritz", "mimetype": "image/jpeg", "user": "U1", "size": "427504"}
OLD_SHARED = {
    "type": "message",
    "subtype": "file_share",
    "text": "<@U1|ann> uploaded a file: <https://team.slack.com/files/ann/F2/fritz.jpg|Fritz>",
    "file": OLD_FILE,
    "user": "U1",
    "upload": True,
    "username": "ann",
    "bot_id": None,
    "ts": "1433562832.000005",
}
OLD_SHARED_WITH_COMMENT = OLD_SHARED | {
    "text": "<@U1|ann> uploaded a file: <https://team.slack.com/files/ann/F2/fritz.jpg|Fritz> and commented: look",
    "file": OLD_FILE | {"initial_comment": {"user": "U1", "comment": "look at <@U2>"}},
    "ts": "1433562833.000005",
}
OLD_COMMENT = {
    "type": "message",
    "subtype": "file_comment",
    "text": "<@U2|bob> commented on U1's file <https://team.slack.com/files/ann/F2/fritz.jpg|Fritz>: fantastic",
    "file": OLD_FILE,
    "comment": {"id": "Fc1", "user": "U2", "comment": "fantastic "},
    "is_intro": False,
    "ts": "1434772752.000002",
}
