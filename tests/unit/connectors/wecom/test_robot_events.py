"""Events of a robot, word for word as WeCom sends them."""

from typing import Any

import pytest

from connectors.wecom.robot_events import RobotEvents
from tests.unit.connectors.wecom.robots import ScriptedConversing, card

COMMON = {
    "msgid": "MSG2",
    "create_time": 1790000000,
    "aibotid": "AIB1",
    "chatid": "wrGROUP",
    "chattype": "group",
    "from": {"userid": "alice"},
    "msgtype": "event",
}
CLICK = {
    "card_type": "button_interaction",
    "event_key": "btn_ok",
    "task_id": "task-1",
    "selected_items": {"selected_item": [{"question_key": "q1", "option_ids": {"option_id": ["a", "b"]}}]},
}
VERDICT = {"id": "FB-123", "type": 2, "content": "more detail please", "inaccurate_reason_list": [2, 4]}


def event(kind: str, **content: Any) -> dict[str, Any]:
    return {**COMMON, "event": {"eventtype": kind, **content}}


async def test_a_click() -> None:
    conversing = ScriptedConversing()
    reply = await RobotEvents(conversing).clicked(event("template_card_event", template_card_event=CLICK))
    assert reply == {"response_type": "update_template_card", "template_card": card("task-1", title="done")}
    ((key, task_id, person, chosen),) = conversing.clicks
    assert (key, task_id, person.person_id, dict(chosen)) == ("btn_ok", "task-1", "wecom:alice", {"q1": ["a", "b"]})


async def test_a_click_that_changes_the_card_for_one_person() -> None:
    click = event("template_card_event", template_card_event={**CLICK, "event_key": "alone"})
    assert (await RobotEvents(ScriptedConversing()).clicked(click))["userids"] == ["alice"]


async def test_keys_as_the_official_table_misprints_them() -> None:
    conversing = ScriptedConversing()
    click = {"cardtype": "button_interaction", "eventkey": "btn_ok", "taskid": "task-1"}
    await RobotEvents(conversing).clicked(event("template_card_event", template_card_event=click))
    assert conversing.clicks[0][:2] == ("btn_ok", "task-1")


async def test_a_verdict() -> None:
    conversing = ScriptedConversing()
    await RobotEvents(conversing).judged(event("feedback_event", feedback_event=VERDICT))
    assert conversing.verdicts == [("FB-123", "wecom:alice", 2, (2, 4), "more detail please")]


@pytest.mark.parametrize("content", [{}, {"id": "FB-1"}, {"id": "", "type": 1}, {"id": "FB-1", "type": "up"}, [], None])
async def test_a_verdict_that_names_nothing_is_dropped(content: object) -> None:
    conversing = ScriptedConversing()
    await RobotEvents(conversing).judged(event("feedback_event", feedback_event=content))
    assert conversing.verdicts == []


def test_a_welcome() -> None:
    reply = RobotEvents(ScriptedConversing()).entered(event("enter_chat"))
    assert reply == {"msgtype": "template_card", "template_card": card("welcome-alice", title="hello")}
