"""What people do with a robot besides writing to it: clicks on cards and verdicts."""

import logging
from typing import Any, Final

from connectors.wecom.message_archive.fields import Json, object_of, objects_of, text_of, texts_of
from connectors.wecom.robot_hearing import person_in
from connectors.wecom.site import Conversing

ENTERED: Final = "enter_chat"
CLICKED: Final = "template_card_event"
JUDGED: Final = "feedback_event"

_log = logging.getLogger(__name__)


class RobotEvents:
    """Hands events of one robot on; what WeCom is to be answered is returned as a message."""

    def __init__(self, conversing: Conversing) -> None:
        self._conversing = conversing

    def entered(self, body: Json) -> dict[str, Any]:
        """Somebody opened the chat: the card that welcomes them."""
        card = self._conversing.welcome(person_in(body))
        return {"msgtype": "template_card", "template_card": dict(card)}

    async def clicked(self, body: Json) -> dict[str, Any]:
        """Somebody pressed a button: the card that takes the place of theirs.

        Keys are read as WeCom sends them, and as its own table misprints them.
        """
        event = object_of(object_of(body, "event"), CLICKED)
        chosen = {
            text_of(item, "question_key"): texts_of(object_of(item, "option_ids"), "option_id")
            for item in objects_of(object_of(event, "selected_items"), "selected_item")
        }
        person = person_in(body)
        change = await self._conversing.clicked(
            key=text_of(event, "event_key", "eventkey"),
            task_id=text_of(event, "task_id", "taskid"),
            person=person,
            chosen=chosen,
        )
        message: dict[str, Any] = {"response_type": "update_template_card", "template_card": dict(change.card)}
        if change.alone:
            message["userids"] = [person.name]
        return message

    async def judged(self, body: Json) -> None:
        """Somebody judged an answer, or took that back."""
        event = object_of(object_of(body, "event"), JUDGED)
        kind, reasons = event.get("type"), event.get("inaccurate_reason_list")
        if not isinstance(kind, int) or not text_of(event, "id"):
            _log.info("a verdict that names no answer")
            return
        await self._conversing.judged(
            feedback_id=text_of(event, "id"),
            person=person_in(body),
            kind=kind,
            reasons=[reason for reason in reasons if isinstance(reason, int)] if isinstance(reasons, list) else [],
            comment=text_of(event, "content"),
        )
