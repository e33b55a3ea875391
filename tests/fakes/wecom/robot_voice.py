"""What the robot may say, whichever way it says it: Markdown, cards and files, counted for each conversation."""

from dataclasses import dataclass, field

from tests.fakes.wecom.cards import check_card
from tests.fakes.wecom.clock import Clock
from tests.fakes.wecom.ledger import Ledger
from tests.fakes.wecom.limits import Frequency
from tests.fakes.wecom.media import MediaStore
from tests.fakes.wecom.refusals import Json, Refusal, feedback_id, part, text_field
from tests.fakes.wecom.screen import Screen, Shown
from tests.fakes.wecom.sent import Sent
from tests.fakes.wecom.world import Chat, World

LONGEST_MARKDOWN = 20480
FILE_TYPES = frozenset({"file", "image", "voice", "video"})


@dataclass(kw_only=True)
class RobotVoice:
    """Checks what the robot says and puts it on the screen."""

    world: World
    clock: Clock
    screen: Screen
    ledger: Ledger
    media: MediaStore
    frequency: Frequency = field(init=False)
    _task_ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.frequency = Frequency(clock=self.clock, per_minute=30, per_hour=1000)

    def count(self, chat: Chat) -> None:
        """Count one message of this conversation, replies and pushes together. Raises 45009."""
        self.frequency.take(chat.chatid)

    async def say(self, chat: Chat, body: Json, *, quotes: str = "") -> Shown:
        """Show a message of any of the types that stand alone. Raises ``Refusal``."""
        shown = self._made(chat, str(body.get("msgtype")), body)
        shown.quotes = quotes
        return await self.screen.show(shown)

    def _made(self, chat: Chat, msgtype: str, body: Json) -> Shown:
        shown = Shown(number=self.world.next_id(), chat=chat, via="robot", msgtype=msgtype)
        if msgtype == "markdown":
            markdown = part(body, "markdown")
            shown.text = text_field(markdown, "content", limit=LONGEST_MARKDOWN, name="markdown.content")
            shown.feedback_id = feedback_id(markdown)
        elif msgtype == "template_card":
            shown.card = self._new_card(body)
            shown.feedback_id = feedback_id(shown.card)
        elif msgtype in FILE_TYPES:
            owner = self.world.robot.bot_id
            media = self.media.find(part(body, msgtype).get("media_id"), owner=owner, media_type=msgtype)
            shown.file_name, shown.data = media.name, media.data
        elif msgtype == "text":
            shown.text = text_field(part(body, "text"), "content", limit=LONGEST_MARKDOWN, name="text.content")
        else:
            raise Refusal(40008, f"msgtype {msgtype!r}")
        return shown

    def _new_card(self, body: Json) -> Json:
        card = part(body, "template_card")
        self.ledger.warnings += check_card(card, dialect="aibot")
        task_id = card.get("task_id")
        if task_id is not None:
            if task_id in self._task_ids:
                raise Refusal(40058, f"template_card.task_id {task_id!r} was used before")
            self._task_ids.add(task_id)
        return card

    async def update_card(self, clicked: Sent, body: Json) -> None:
        """Replace the card that was clicked, for everybody or for some. Raises ``Refusal``."""
        if body.get("response_type") != "update_template_card" or "msgtype" in body:
            raise Refusal(40058, "response_type is not update_template_card, or there is a msgtype")
        card = part(body, "template_card")
        self.ledger.warnings += check_card(card, dialect="aibot", updating=True)
        task_id = clicked.body["event"]["template_card_event"]["task_id"]
        if card.get("task_id") != task_id:
            raise Refusal(40058, f"task_id {card.get('task_id')!r} is not that of the click, {task_id!r}")
        userids = body.get("userids", [])
        for shown in self.screen.messages:
            if shown.via == "robot" and shown.task_id == task_id:
                if userids:
                    shown.card_for.update(dict.fromkeys(userids, card))
                else:
                    shown.card = card
        await self.screen.changed()
