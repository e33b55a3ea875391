from pathlib import Path

from connectors.slack.export_archive import ExportArchive, ExportLimits
from connectors.slack.export_directory import ExportDirectory
from connectors.slack.export_skipped import SkippedParts
from tests.fakes.slack_export import CHANNELS, USERS, write_zip


def directory_of(folder: Path, entries: dict[str, object]) -> tuple[ExportDirectory, SkippedParts]:
    skipped = SkippedParts()
    archive = ExportArchive(
        write_zip(folder / "a.zip", entries | {"x/2020-01-01.json": []}), skipped=skipped, limits=ExportLimits()
    )
    directory = ExportDirectory(archive, skipped=skipped)
    archive.close()
    return directory, skipped


def test_people_by_the_name_that_others_see(tmp_path: Path) -> None:
    directory, skipped = directory_of(tmp_path, {"users.json": USERS, "channels.json": CHANNELS})
    assert [directory.person(user).name for user in ("U1", "U2", "U3", "USLACKBOT")] == [
        "ann",
        "Bob 王",
        "gus",
        "Slackbot",
    ]
    assert directory.workspace_id == "T1"
    assert len(skipped) == 0


def test_guests_outsiders_and_bots_are_told_apart(tmp_path: Path) -> None:
    directory, _ = directory_of(tmp_path, {"users.json": USERS, "channels.json": CHANNELS})
    assert [directory.person(user).is_guest for user in ("U1", "U3", "U5", "U404")] == [False, True, True, True]
    assert [directory.person(user).is_bot for user in ("U1", "U4", "USLACKBOT")] == [False, True, True]


def test_people_that_no_list_names(tmp_path: Path) -> None:
    directory, skipped = directory_of(tmp_path, {"channels.json": CHANNELS})
    assert [(part.path, part.code) for part in skipped] == [("users.json", "index_missing")]
    assert directory.person("U7").name == "U7"
    described = directory.person("U7", {"user": "U7", "user_profile": {"display_name": "eve", "is_restricted": False}})
    assert (described.name, described.is_guest) == ("eve", False)
    assert directory.person("U7").name == "eve"
    assert directory.person_name("U7") == "eve"
    assert directory.person_name("U8") is None
    guest = directory.person("U9", {"user_profile": {"real_name": "Kim", "is_ultra_restricted": True}})
    assert (guest.name, guest.is_guest) == ("Kim", True)


def test_the_list_of_an_organisation_does_as_well(tmp_path: Path) -> None:
    directory, skipped = directory_of(tmp_path, {"org_users.json": USERS, "channels.json": CHANNELS})
    assert directory.person("U1").name == "ann"
    assert len(skipped) == 0


def test_visibility_by_list_and_by_entry(tmp_path: Path) -> None:
    directory, _ = directory_of(
        tmp_path,
        {
            "users.json": USERS,
            "channels.json": [
                *CHANNELS,
                {"id": "C2", "name": "converted", "is_private": True},
                {"id": "C3", "name": "shared", "is_ext_shared": True},
                {"id": "C4", "name": "both"},
            ],
            "groups.json": [{"id": "G1", "name": "secret", "members": ["U1"]}, {"id": "C4", "name": "both"}],
            "mpims.json": [{"id": "G2", "name": "mpdm-ann--bob--gus-1", "members": ["U1", "U2", "U3"]}],
            "dms.json": [{"id": "D1", "members": ["U1", "U2"]}],
        },
    )
    found = {c.slack_id: (c.ref.visibility, c.ref.name) for c in directory.conversations}
    assert found == {
        "C1": ("public", "general"),
        "C2": ("private", "converted"),
        "C3": ("private", "shared"),
        "C4": ("private", "both"),
        "G1": ("private", "secret"),
        "G2": ("private", "mpdm-ann--bob--gus-1"),
        "D1": ("direct", "ann, Bob 王"),
    }
    assert directory.conversation("D1").slack_id == "D1"
    assert directory.conversation("secret").slack_id == "G1"
    assert directory.channel_name("C1") == "general"
    assert directory.channel_name("C404") is None


def test_an_unknown_folder_is_private(tmp_path: Path) -> None:
    directory, skipped = directory_of(tmp_path, {"users.json": USERS})
    lost = directory.conversation("lost-and-found")
    assert (lost.ref.channel_id, lost.ref.name, lost.ref.visibility) == (
        "slack:lost-and-found",
        "lost-and-found",
        "private",
    )
    assert lost.members is None
    assert directory.conversation("D024BE91L").ref.visibility == "direct"
    assert {(part.path, part.code) for part in skipped} == {
        ("channels.json", "index_missing"),
        ("lost-and-found", "channel_unknown"),
        ("D024BE91L", "channel_unknown"),
    }
    assert all(part.imported for part in skipped)


def test_of_several_channels_with_one_name_the_most_private_is_taken(tmp_path: Path) -> None:
    directory, skipped = directory_of(
        tmp_path,
        {
            "users.json": USERS,
            "channels.json": [{"id": "C1", "name": "plan"}],
            "groups.json": [{"id": "G1", "name": "plan", "is_archived": True}, {"id": "G2", "name": "plan"}],
        },
    )
    assert directory.conversation("plan").slack_id == "G2"
    assert [(part.path, part.code) for part in skipped] == [("plan", "channel_ambiguous")]


def test_folder_names_match_across_unicode_forms(tmp_path: Path) -> None:
    directory, _ = directory_of(tmp_path, {"users.json": [], "channels.json": [{"id": "C1", "name": "caf\u00e9"}]})
    assert directory.conversation("cafe\u0301").slack_id == "C1"


def test_a_list_that_breaks_keeps_its_beginning(tmp_path: Path) -> None:
    directory, skipped = directory_of(
        tmp_path, {"users.json": b'[{"id": "U1", "name": "ann"}, {"id": ', "channels.json": b'{"a": 1}'}
    )
    assert directory.person("U1").name == "ann"
    assert [(part.path, part.code) for part in skipped] == [
        ("users.json", "broken_json"),
        ("channels.json", "not_a_list"),
    ]


def test_hostile_entries_are_passed_over(tmp_path: Path) -> None:
    directory, _ = directory_of(
        tmp_path,
        {
            "users.json": [
                1,
                None,
                {},
                {"id": 5, "name": ["x"], "profile": 3},
                {"id": "U1", "name": "a\nb" + "c" * 900},
            ],
            "channels.json": [
                [],
                {"id": ""},
                {"id": "C1", "name": {"x": 1}, "members": "U1"},
                {"id": "C2", "members": [1]},
            ],
        },
    )
    assert directory.person("5").name == "5"
    name = directory.person("U1").name
    assert "\n" not in name
    assert len(name) == 200
    assert directory.conversation("C1").members is None
    assert directory.conversation("C2").members == ()
