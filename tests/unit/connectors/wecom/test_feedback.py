"""Verdicts: joined by the id that the reply carried, also after a restart; literal payloads of ``feedback_event``."""

import pytest

from connectors.connector import DownReason, VerdictKind
from connectors.events import MembershipChanged
from connectors.wecom.ids import group_id, person_id
from tests.fakes.live_host import FakeLiveHost
from tests.fakes.wecom_site import ScriptedVoice, WeComSite, answer, message, person, says, wecom_site


async def _answered(it: WeComSite, *, chat_id: str = "wrPUMPS") -> tuple[str, str]:
    given = answer("周四到。")
    it.host.conversing = says(given)
    voice = ScriptedVoice()
    await it.conversing.heard(message("alice", "水泵什么时候到？", chat_id=chat_id), voice)
    return voice.feedback_id, given.answer_id


async def _judge(it: WeComSite, user_id: str, event: dict[str, object]) -> None:
    """As a way hands on ``event.feedback_event``."""
    reasons = event.get("inaccurate_reason_list", [])
    assert isinstance(reasons, list)
    await it.conversing.judged(
        feedback_id=str(event["id"]),
        person=person(user_id),
        kind=int(str(event["type"])),
        reasons=reasons,
        comment=str(event.get("content", "")),
    )


@pytest.mark.parametrize(
    ("event", "verdict"),
    [
        ({"type": 1}, ("up", (), "")),
        (
            {"type": 2, "content": "more detail please", "inaccurate_reason_list": [2, 4]},
            ("down", ("incomplete", "wrong"), "more detail please"),
        ),
        ({"type": 2, "inaccurate_reason_list": [1]}, ("down", ("irrelevant",), "")),
        ({"type": 2, "inaccurate_reason_list": [3, 4]}, ("down", ("wrong",), "")),
        ({"type": 2, "inaccurate_reason_list": [99]}, ("down", ("other",), "")),
        ({"type": 2, "content": "说错了"}, ("down", ("other",), "说错了")),
        ({"type": 2}, ("down", (), "")),
        ({"type": 3}, ("withdrawn", (), "")),
        ({"type": 1, "content": "ignored"}, ("up", (), "")),
    ],
)
async def test_every_kind_of_verdict(
    event: dict[str, object], verdict: tuple[VerdictKind, tuple[DownReason, ...], str]
) -> None:
    async with wecom_site() as it:
        feedback_id, answer_id = await _answered(it)
        await _judge(it, "bob", {"id": feedback_id, **event})
        assert it.host.verdicts == {(answer_id, person_id("bob")): verdict}


async def test_the_join_outlives_a_restart_and_each_person_counts() -> None:
    async with wecom_site() as first:
        feedback_id, _ = await _answered(first)
    async with wecom_site(host=first.host) as second:
        for user_id, kind in (("alice", 1), ("bob", 2), ("bob", 3)):
            await _judge(second, user_id, {"id": feedback_id, "type": kind})
        kinds = {of[1]: verdict[0] for of, verdict in second.host.verdicts.items()}
        assert kinds == {person_id("alice"): "up", person_id("bob"): "withdrawn"}


@pytest.mark.parametrize(
    ("feedback_id", "kind"), [("", 1), ("fb-unknown", 1), ("x" * 300, 1), ("known", 0), ("known", 7), ("known", -1)]
)
async def test_what_names_nothing_is_dropped(feedback_id: str, kind: int) -> None:
    async with wecom_site() as it:
        known, _ = await _answered(it)
        await _judge(it, "bob", {"id": known if feedback_id == "known" else feedback_id, "type": kind})
        assert not it.host.verdicts


@pytest.mark.parametrize("error", [PermissionError("no"), LookupError("gone")])
async def test_a_refused_verdict_is_no_error(error: Exception) -> None:
    class _Refuses(FakeLiveHost):
        async def judge(self, **_: object) -> None:
            raise error

    async with wecom_site(host=_Refuses()) as it:
        feedback_id, _ = await _answered(it)
        await _judge(it, "bob", {"id": feedback_id, "type": 1})


async def test_who_judges_in_a_group_is_in_it_although_they_never_spoke() -> None:
    async with wecom_site() as it:
        feedback_id, _ = await _answered(it)
        await _judge(it, "carol", {"id": feedback_id, "type": 1})
        joined = [event.person.name for event in it.host.live if isinstance(event, MembershipChanged)]
        assert joined == ["alice", "carol"]
        assert len(await it.host.known_members(group_id("wrPUMPS"))) == 2


async def test_each_reply_has_an_id_of_its_own_that_wecom_takes() -> None:
    async with wecom_site() as it:
        ids = {(await _answered(it))[0] for _ in range(3)}
        assert len(ids) == 3
        assert all(0 < len(each.encode()) <= 256 for each in ids)


async def test_help_and_failures_cannot_be_judged() -> None:
    async with wecom_site() as it:
        it.host.conversing = says(answer("我能做这些…", reason="said"))
        voice = ScriptedVoice()
        await it.conversing.heard(message("alice", "/帮助", chat_id="wrPUMPS"), voice)
        await _judge(it, "alice", {"id": voice.feedback_id, "type": 1})
        assert not it.host.verdicts
