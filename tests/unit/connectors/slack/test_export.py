from pathlib import Path

import pytest

from connectors.events import ChannelChanged, MessagePosted
from connectors.slack.export import SlackExport
from connectors.slack.export_skipped import ExportRefused
from tests.fakes.slack_export import CHANNELS, DAY, USERS, export_of, read_export, write_zip


def said(ts: str, text: str = "x", user: str = "U1") -> dict[str, object]:
    return {"type": "message", "user": user, "text": text, "ts": ts}


def texts(events: list[object]) -> list[str]:
    return [event.text for event in events if isinstance(event, MessagePosted)]


def test_days_are_read_in_order_whatever_the_order_in_the_zip(tmp_path: Path) -> None:
    path = write_zip(
        tmp_path / "a.zip",
        {
            "general/2023-11-16.json": [said("1700100000.000100", "third")],
            "users.json": USERS,
            "general/2023-11-14.json": [said("1699900000.000100", "first"), said("1699900001.000100", "second")],
            "channels.json": CHANNELS,
        },
    )
    events, skipped = read_export(path)
    assert texts(list(events)) == ["first", "second", "third"]
    assert skipped == []
    state = events[-1]
    assert isinstance(state, ChannelChanged)
    assert state.members is not None
    assert [person.name for person in state.members] == ["ann", "Bob 王"]
    assert state.occurred_at == events[-2].occurred_at


def test_one_broken_day_costs_only_what_follows_the_break(tmp_path: Path) -> None:
    entries = export_of(said("1700000000.000100", "good")) | {
        "general/2023-11-16.json": b'[{"user": "U1", "ts": "1700100000.000100", "text": "kept"}, {"ty',
        "general/2023-11-17.json": b"not json",
        "general/2023-11-18.json": {"a": 1},
        "general/2023-11-19.json": [said("1700400000.000100", "later")],
    }
    events, skipped = read_export(write_zip(tmp_path / "a.zip", entries))
    assert texts(list(events)) == ["good", "kept", "later"]
    assert skipped == [
        ("general/2023-11-16.json", "broken_json"),
        ("general/2023-11-17.json", "broken_json"),
        ("general/2023-11-18.json", "not_a_list"),
    ]


def test_messages_that_cannot_be_read_are_counted_by_file(tmp_path: Path) -> None:
    odd: list[object] = [1, "x", None, [], {}, {"ts": "soon"}, {"ts": "1700000000.1", "type": "presence_change"}]
    path = write_zip(tmp_path / "a.zip", export_of(*odd, said("1700000000.000100", "good")))
    with SlackExport(path) as export:
        assert texts([event for event, _ in export.events()]) == ["good"]
        assert [(part.path, part.code, part.count) for part in export.skipped] == [
            (DAY, "message_not_readable", len(odd))
        ]


def test_without_any_list_messages_are_still_imported(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {DAY: [said("1700000000.000100", "hi <@U1|ann>")]})
    events, skipped = read_export(path)
    message = events[0]
    assert isinstance(message, MessagePosted)
    assert (message.record_id, message.channel.visibility, message.author.name, message.text) == (
        "slack:general:1700000000.000100",
        "private",
        "U1",
        "hi @ann",
    )
    assert {code for _, code in skipped} == {"index_missing", "channel_unknown"}


def test_what_is_no_part_of_an_export_is_listed(tmp_path: Path) -> None:
    more = {"integration_logs.json": [], "readme.txt": b"x", "general/notes.json": [], "__uploads/F1/a.pdf": b"x"}
    _, skipped = read_export(write_zip(tmp_path / "a.zip", export_of() | more))
    assert skipped == [("readme.txt", "not_recognised"), ("general/notes.json", "not_recognised")]


@pytest.mark.parametrize("name", ["attachments", "__MACOSX2", "FC:F1:Canvas", "频道"])
def test_channels_with_strange_names(tmp_path: Path, name: str) -> None:
    path = write_zip(
        tmp_path / "a.zip",
        {"channels.json": [{"id": "C1", "name": name}], f"{name}/2023-11-15.json": [said("1700000000.000100", "hi")]},
    )
    events, _ = read_export(path)
    assert texts(list(events)) == ["hi"]
    assert events[0].event_id.startswith("slack:export:C1:")


def test_a_channel_without_messages_is_told_of(tmp_path: Path) -> None:
    events, _ = read_export(write_zip(tmp_path / "a.zip", {"channels.json": CHANNELS, "users.json": USERS}))
    assert [event.type for event in events] == ["channel_changed"]


def test_refuses_a_zip_that_is_no_export(tmp_path: Path) -> None:
    with pytest.raises(ExportRefused) as caught:
        SlackExport(write_zip(tmp_path / "a.zip", {"photo.jpg": b"x", "inner.zip": b"x"}))
    assert caught.value.code == "nothing_to_import"


def test_reading_twice_gives_the_same_events(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", export_of(said("1700000000.000100"), said("1700000001.000100")))
    assert read_export(path) == read_export(path)


def test_ids_of_events_are_unique(tmp_path: Path) -> None:
    reactions = {"reactions": [{"name": "+1", "users": ["U1", "U2", "U2"]}, {"name": "eyes", "users": ["U1"]}]}
    joined = {"type": "message", "subtype": "channel_join", "user": "U2", "ts": "1700000001.000100", "text": ""}
    events, _ = read_export(write_zip(tmp_path / "a.zip", export_of(said("1700000000.000100") | reactions, joined)))
    ids = [event.event_id for event in events]
    assert len(ids) == len(set(ids)) == 1 + 3 + 2 + 1


def test_positions_lead_back_to_where_reading_stopped(tmp_path: Path) -> None:
    days: dict[str, object] = {
        f"{channel}/2023-11-{day}.json": [said(f"17000{day}000.00010{n}", f"{channel}{day}{n}") for n in range(3)]
        for channel in ("general", "random")
        for day in (15, 16, 17)
    }
    path = write_zip(
        tmp_path / "a.zip", {"channels.json": [*CHANNELS, {"id": "C2", "name": "random"}], "users.json": USERS} | days
    )
    with SlackExport(path) as export:
        everything = list(export.events())
        positions = [position for _, position in everything]
        assert positions == sorted(positions)
        assert positions[-1] == export.total
        for stop, (_, position) in enumerate(everything):
            rest = [event for event, _ in export.events(start=position)]
            missing = [event for event, _ in everything[stop + 1 :] if event not in rest]
            assert missing == []
        assert texts([event for event, _ in export.events(start=export.total)]) == []
        assert len(texts([event for event, _ in export.events(start=export.total - 1)])) == 3


def test_a_wrong_clock_does_not_put_the_channel_in_the_future(tmp_path: Path) -> None:
    events, _ = read_export(write_zip(tmp_path / "a.zip", export_of(said("99999999999.000100"))))
    assert events[-1].occurred_at.year < 3000


def test_permalinks_when_the_workspace_is_named(tmp_path: Path) -> None:
    reply = said("1700000001.000200") | {"thread_ts": "1700000000.000100"}
    path = write_zip(tmp_path / "a.zip", export_of(said("1700000000.000100"), reply))
    with SlackExport(path, workspace_url="https://team.slack.com/") as export:
        links = [event.permalink for event, _ in export.events() if isinstance(event, MessagePosted)]
    assert links == [
        "https://team.slack.com/archives/C1/p1700000000000100",
        "https://team.slack.com/archives/C1/p1700000001000200?thread_ts=1700000000.000100&cid=C1",
    ]
