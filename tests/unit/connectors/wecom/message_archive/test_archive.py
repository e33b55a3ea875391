"""Reading the whole archive: keys that come late, codes of the SDK, crashes, gaps. Holds invariants 1, 2, 3, 6, 8."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from connectors.events import ChannelChanged, MessagePosted
from connectors.wecom.configuration import WeComConfiguration
from connectors.wecom.ids import group_id
from connectors.wecom.message_archive.archive import MessageArchive
from connectors.wecom.message_archive.timing import Timing
from tests.fakes.live_host import FakeLiveHost, MailboxInMemory
from tests.fakes.wecom_sdk import SECRET, CannedArchive, private_key
from tests.unit.connectors.wecom.message_archive.reading import HURRY, SOURCE, reading, site_of


async def test_what_is_said_now_is_live_and_what_was_said_before_is_history(canned: CannedArchive) -> None:
    old = canned.text("long ago")
    now = canned.text("just now", msgtime=int(time.time() * 1000))
    async with reading(canned) as it:
        await it.archive.caught_up()
        assert [event.record_id for event in it.host.past if isinstance(event, MessagePosted)] == [f"wecom:{old}"]
        assert [event.record_id for event in it.host.live if isinstance(event, MessagePosted)] == [f"wecom:{now}"]
        # Who is in a group counts before its first message does.
        assert isinstance(it.host.live[0], ChannelChanged)
        assert not it.problems


async def test_what_is_said_later_is_told_at_once_when_woken(canned: CannedArchive) -> None:
    async with reading(canned, seconds=3600.0) as it:
        await it.archive.caught_up()
        msgid = canned.text("later")
        it.archive.wake()
        await it.until_told(msgid)


async def test_what_was_taken_back_is_gone_whatever_came_first(canned: CannedArchive) -> None:
    first, second = canned.text("one"), canned.text("two")
    canned.recall(first)
    canned.recall("MSG104")
    canned.text("told after it was taken back", msgid="MSG104")
    async with reading(canned) as it:
        await it.archive.caught_up()
        assert it.host.texts == {f"wecom:{second}": "two"}


async def test_the_same_message_twice_is_once(canned: CannedArchive) -> None:
    for _ in range(3):
        canned.text("once", msgid="SAME")
    async with reading(canned) as it:
        await it.archive.caught_up()
        assert len([event for event in it.host.past if isinstance(event, MessagePosted)]) == 1


async def test_it_goes_on_after_the_last_message_that_is_durable(canned: CannedArchive) -> None:
    for number in range(5):
        canned.text(str(number))
    async with reading(canned) as it:
        await it.archive.caught_up()
        host = it.host
    assert it.note("seq")["seq"] == 105
    msgid = canned.text("after the restart")
    async with reading(canned, host=host) as it:
        await it.until_told(msgid)
    assert "GetChatData 0 " in canned.calls[:1]
    assert "GetChatData 105 " in canned.calls
    assert not [call for call in canned.calls[3:] if call == "GetChatData 0 "]


class ForgetfulMailbox(MailboxInMemory):
    """Its disk is full for a while."""

    broken = 3

    async def keep(self, source: str, key: str, body: Mapping[str, object]) -> bool:
        if key == "MSG103" and self.broken:
            self.broken -= 1
            raise OSError("no space left")
        return await super().keep(source, key, body)


async def test_nothing_is_passed_over_that_could_not_be_kept(canned: CannedArchive) -> None:
    msgids = [canned.text(str(number)) for number in range(5)]
    host = FakeLiveHost(mailbox=ForgetfulMailbox())
    async with reading(canned, host=host) as it:
        await it.archive.caught_up()
        assert set(host.texts) == {f"wecom:{msgid}" for msgid in msgids}
    assert canned.calls.count("GetChatData 0 ") == 4


class BusyHost(FakeLiveHost):
    """Takes nothing at first."""

    refusals = 2

    async def accept(self, events: Any) -> None:
        if self.refusals:
            self.refusals -= 1
            raise OSError("the database is locked")
        await super().accept(events)


async def test_nothing_is_forgotten_that_could_not_be_told(canned: CannedArchive) -> None:
    msgid = canned.text("hello")
    async with reading(canned, host=BusyHost()) as it:
        await it.archive.caught_up()
        assert f"wecom:{msgid}" in it.host.texts
        assert group_id("wrPUMPS") in it.host.believed.channels
        assert not it.host.mailbox.letters


async def test_messages_wait_for_the_key_of_their_version(canned: CannedArchive) -> None:
    old, new = canned.text("version 1", version=1), canned.text("version 2", version=2)
    newest = [canned.text(f"version 3: {number}", version=3) for number in range(120)]
    canned.recall(newest[0], version=1)
    async with reading(canned, 1, 2) as it:
        await it.archive.caught_up()
        host = it.host
        assert set(host.texts) == {f"wecom:{old}", f"wecom:{new}"}
        (problem,) = it.archive.problems
        assert problem.code == "key_missing"
        assert "120" in problem.notice("zh").sentence and "版本 3" in problem.notice("zh").sentence
        assert "private_keys" in problem.notice("en").hint
    async with reading(canned, 1, 2, host=host) as it:
        await it.archive.caught_up()
        assert it.problems == {"key_missing"}
    async with reading(canned, 1, 2, 3, host=host) as it:
        await it.archive.caught_up()
        assert set(host.texts) == {f"wecom:{msgid}" for msgid in (old, new, *newest[1:])}
        assert not it.problems
    assert not host.mailbox.letters


async def test_keys_that_are_mixed_up_are_told_and_lose_nothing(canned: CannedArchive) -> None:
    msgids = [canned.text(str(number), version=2) for number in range(3)]
    mixed_up = {1: canned.key_path(1), 2: canned.key_path(3)}
    async with reading(canned, private_keys=mixed_up) as it:
        await it.archive.caught_up()
        host = it.host
        (problem,) = it.archive.problems
        assert (problem.code, dict(problem.facts)) == ("key_wrong", {"count": 3, "versions": [2]})
    async with reading(canned, private_keys=mixed_up, host=host) as it:
        await it.archive.caught_up()
        assert it.problems == {"key_wrong"}
    async with reading(canned, host=host) as it:
        await it.archive.caught_up()
        assert set(host.texts) == {f"wecom:{msgid}" for msgid in msgids}
        assert not it.problems


async def test_a_key_file_that_cannot_be_read_is_named(canned: CannedArchive, tmp_path: Path) -> None:
    msgid = canned.text("hello", version=1)
    async with reading(canned, private_keys={1: canned.key_path(1), 4: tmp_path / "absent"}) as it:
        await it.until_told(msgid)
        (problem,) = it.archive.problems
        assert (problem.code, problem.facts["versions"]) == ("key_unreadable", [4])


async def test_a_message_over_which_the_sdk_dies_is_set_aside_and_the_others_are_told(canned: CannedArchive) -> None:
    before = canned.text("before")
    poison = canned.text("x", msgid="POISON", poison=1)
    after = [canned.text(f"after {number}") for number in range(3)]
    async with reading(canned) as it:
        await it.archive.caught_up()
        await it.until_problem("set_aside")
        assert set(it.host.texts) == {f"wecom:{msgid}" for msgid in (before, *after)}
        letter = it.host.mailbox.letters[SOURCE, poison]
        assert letter.attempts == 5
        host = it.host
    async with reading(canned, host=host) as it:
        await it.archive.caught_up()
        (problem,) = it.archive.problems
        assert "1 messages" in problem.notice("en").sentence


@pytest.mark.parametrize("sealed", ["", "AAAA", "no base64!", "bm8gbWVzc2FnZSBvZiBhbnkga2luZA=="])
async def test_what_is_no_sealed_message_ends_nothing(canned: CannedArchive, sealed: str) -> None:
    canned.append("BROKEN", 1, "AAAA", sealed)
    canned.put("{}", "EMPTY")
    canned.put('["a list"]', "LIST")
    canned.put('{"msgid": "NO_TIME", "msgtype": "text"}', "NO_TIME")
    canned.put("no json", "NO_JSON", sealed=None)
    canned.put('{"msgid": "CONTROL", "from": "a", "tolist": [], "msgtime": 1, "msgtype": "text",'
               ' "text": {"content": "a\x01\\ud83d\\u0000b"}}', "CONTROL")  # fmt: skip
    msgid = canned.text("good")
    async with reading(canned) as it:
        await it.archive.caught_up()
        assert it.host.texts == {"wecom:CONTROL": "a\x01?b", f"wecom:{msgid}": "good"}


async def test_failures_that_pass_are_tried_again(canned: CannedArchive) -> None:
    msgid = canned.text("hello")
    canned.fault("GetChatData", "code 10001 2")
    async with reading(canned) as it:
        await it.until_problem("unreachable")
        await it.until_told(msgid)
        await it.archive.caught_up()
        assert not it.problems


@pytest.mark.parametrize(
    ("does", "code", "setting"),
    [
        ("code 10009", "ip_not_allowed", "可信IP"),
        ("code 10000", "bad_parameters", "wecom.message_archive.secret"),
        ("code 10011", "tls_failed", "proxy"),
        ("code 301042", "sdk_refused", "list of codes"),
        ("garbage", "unreachable", "network"),
        ("crash", "sdk_crashed", "update the SDK"),
        ("abort", "sdk_crashed", "update the SDK"),
    ],
)
async def test_what_is_wrong_is_told_with_what_to_do_and_goes_on_when_it_is_mended(
    canned: CannedArchive, does: str, code: str, setting: str
) -> None:
    msgid = canned.text("hello")
    canned.fault("GetChatData", does)
    async with reading(canned) as it:
        await it.until_problem(code)
        (problem,) = [problem for problem in it.archive.problems if problem.code == code]
        assert setting in problem.notice("en").hint
        assert problem.notice("zh").code == f"wecom_archive_{code}"
        canned.fault("GetChatData", None)
        await it.until_told(msgid)
        await it.archive.caught_up()
        assert not it.problems


async def test_an_sdk_that_hangs_is_killed(canned: CannedArchive) -> None:
    msgid = canned.text("hello")
    canned.fault("GetChatData", "hang 1")
    async with reading(canned, timing=Timing(first_pause=0.01, longest_pause=0.05, reply=2.0)) as it:
        await it.until_problem("sdk_hung")
        await it.until_told(msgid)


async def test_a_library_that_cannot_be_loaded_is_told_and_used_when_it_is_there(canned: CannedArchive) -> None:
    msgid = canned.text("hello")
    content = canned.library.read_bytes()
    canned.library.unlink()
    async with reading(canned) as it:
        await it.until_problem("sdk_missing")
        assert str(canned.library) in it.archive.problems[0].notice("zh").sentence
        mended = canned.library.with_suffix(".new")
        mended.write_bytes(content)
        mended.replace(canned.library)
        await it.until_told(msgid)
        assert not it.problems


async def test_what_wecom_no_longer_has_is_a_gap_and_reading_goes_on(canned: CannedArchive) -> None:
    first = canned.text("first")
    async with reading(canned) as it:
        await it.archive.caught_up()
        host = it.host
        reached, complete = host.reached[group_id("wrPUMPS")]
        assert complete
        assert reached is not None
        assert timedelta(days=4.9) < datetime.now(UTC) - reached < timedelta(days=5.1)
    canned.text("nobody reads this")
    last = canned.text("last")
    canned.expire(103)
    async with reading(canned, host=host) as it:
        await it.archive.caught_up()
        assert set(host.texts) == {f"wecom:{first}", f"wecom:{last}"}
        assert it.problems == {"gap"}
        assert not host.reached[group_id("wrPUMPS")][1]
    async with reading(canned, host=host) as it:
        await it.archive.caught_up()
        assert it.problems == {"gap"}


async def test_having_been_away_for_longer_than_wecom_keeps_is_a_gap(canned: CannedArchive) -> None:
    canned.text("first")
    async with reading(canned) as it:
        await it.archive.caught_up()
        host = it.host
    away = datetime.now(UTC) - timedelta(days=8)
    host.notebook.notes[SOURCE, "seq"] = {"seq": 101, "at": away.isoformat()}
    async with reading(canned, host=host) as it:
        await it.archive.caught_up()
        (problem,) = it.archive.problems
        assert f"{away:%Y-%m-%d %H:%M}" in problem.notice("zh").sentence
        reached, complete = host.reached[group_id("wrPUMPS")]
        assert not complete
        assert reached is not None
        assert datetime.now(UTC) - reached < timedelta(days=5.1)


async def test_channels_of_a_first_pull_that_was_killed_are_told_as_covered_too(canned: CannedArchive) -> None:
    canned.text("one", roomid="wrONE")
    host = FakeLiveHost()
    async with reading(canned, host=host) as it:
        await it.archive.caught_up()
    host.reached.clear()
    for key in [key for key in host.notebook.notes if key[1] == "channel:wecom:wrONE"]:
        host.notebook.notes[key] = {"room": "wrONE", "told": ""}
    canned.text("two", roomid="wrTWO")
    async with reading(canned, host=host) as it:
        await it.archive.caught_up()
    assert set(host.reached) == {"wecom:wrONE", "wecom:wrTWO"}


async def test_types_that_nobody_knows_are_counted(canned: CannedArchive) -> None:
    for _ in range(2):
        canned.say({"msgtype": "hologram", "hologram": {}})
    async with reading(canned) as it:
        await it.archive.caught_up()
        assert it.archive.unknown_types == {"hologram": 2}


async def test_the_secret_and_the_keys_are_in_no_command_line_environment_or_log(
    canned: CannedArchive, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIGUANG_SLACK__TOKEN", "xoxb-of-ours")
    caplog.set_level("DEBUG")
    canned.text("words of people")
    canned.fault("GetChatData", "crash 1")
    async with reading(canned) as it:
        await it.archive.caught_up()
        process = Path(f"/proc/{it.archive.worker_process_id}")
        outside = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        assert repr(it.archive) and SECRET not in repr(canned.configuration())
    for secret in (SECRET, "xoxb-of-ours", "words of people", "BEGIN PRIVATE KEY"):
        assert secret not in caplog.text
        assert secret.encode() not in outside
    assert private_key(1).key_size == 2048


async def test_nothing_is_left_running_and_everything_was_freed(canned: CannedArchive) -> None:
    for number in range(250):
        canned.text(str(number))
    async with reading(canned, seconds=3600.0) as it:
        await it.archive.caught_up()
        process_id = it.archive.worker_process_id
    assert not psutil.pid_exists(process_id or 0)
    assert canned.leaks == "0 0 0"
    assert not [task for task in asyncio.all_tasks() if "message archive" in task.get_name()]


async def test_closing_does_not_wait_for_an_sdk_that_hangs(canned: CannedArchive) -> None:
    canned.fault("GetChatData", "hang")
    async with reading(canned, timing=Timing(reply=200.0)) as it:
        await it.until(lambda: canned.calls)
        started = time.perf_counter()
    assert time.perf_counter() - started < 60.0


async def test_without_an_archive_there_is_none() -> None:
    with pytest.raises(ValueError, match="no message archive"):
        MessageArchive(site_of(WeComConfiguration(), FakeLiveHost()), timing=HURRY)


async def test_messages_of_any_size_are_opened(canned: CannedArchive) -> None:
    for number in range(12):
        canned.text(f"{number}" + "泵" * 300_000)
    async with reading(canned) as it:
        await it.archive.caught_up()
        assert len(it.host.texts) == 12
        assert {len(text) for text in it.host.texts.values()} == {100_000}
