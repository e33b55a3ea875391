"""``message/send``, ``message/recall`` and ``message/update_template_card`` of the app."""

import json
import secrets
from dataclasses import dataclass, field

from tests.fakes.wecom.app_content import SEND_TYPES, fill
from tests.fakes.wecom.cards import INTERACTIVE, check_card
from tests.fakes.wecom.clock import DAY, HOUR, Clock
from tests.fakes.wecom.ledger import Ledger
from tests.fakes.wecom.limits import Frequency
from tests.fakes.wecom.media import MediaStore
from tests.fakes.wecom.refusals import OK, Json, Refusal, part
from tests.fakes.wecom.screen import Screen, Shown
from tests.fakes.wecom.world import World


@dataclass(kw_only=True)
class AppMessages:
    """Messages of the app to people."""

    world: World
    clock: Clock
    screen: Screen
    ledger: Ledger
    media: MediaStore
    per_member: Frequency = field(init=False)
    _sent_at: dict[str, float] = field(default_factory=dict)
    _codes: dict[str, tuple[str, float]] = field(default_factory=dict)
    _seen: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.per_member = Frequency(clock=self.clock, per_minute=30, per_hour=1000)

    async def send(self, body: Json) -> Json:
        """``message/send``: partly wrong receivers are only listed, all wrong ones give 81013."""
        if str(body.get("agentid")) != str(self.world.app.agentid):
            raise Refusal(40056)
        msgtype = body.get("msgtype")
        if msgtype not in SEND_TYPES:
            raise Refusal(40008)
        receivers, invalid = self._receivers(body)
        draft = fill(
            Shown(number=0, chat=self.world.single(receivers[0]), via="app", msgtype=msgtype),
            body,
            media=self.media,
            ledger=self.ledger,
        )
        msgid = secrets.token_urlsafe(32)
        answer: Json = {**OK, "msgid": msgid, **invalid}
        code = ""
        if draft.card is not None and draft.card["card_type"] in INTERACTIVE:
            code = answer["response_code"] = self.new_response_code(str(draft.card.get("task_id")))
        if self._is_repetition(body):
            return answer
        self._sent_at[msgid] = self.clock.time()
        for userid in receivers:
            if not self.per_member.allows(userid):
                self.ledger.warnings.append(f"{userid} got more than 30 messages a minute: dropped without a word")
                continue
            copied = {**draft.__dict__, "chat": self.world.single(userid), "number": self.world.next_id()}
            await self.screen.show(Shown(**{**copied, "msgid": msgid, "response_code": code}))
        return answer

    async def recall(self, body: Json) -> Json:
        """``message/recall`` within 24 hours."""
        sent_at = self._sent_at.get(str(body.get("msgid")))
        if sent_at is None or self.clock.time() - sent_at > DAY:
            raise Refusal(40035, "msgid is unknown or older than 24 hours")
        for shown in self.screen.messages:
            if shown.via == "app" and shown.msgid == body["msgid"]:
                shown.recalled = True
        await self.screen.changed()
        return OK

    async def update_card(self, body: Json) -> Json:
        """``message/update_template_card``: one use of a ``response_code`` within 72 hours."""
        task_id, until = self._codes.pop(str(body.get("response_code")), ("", 0.0))
        if self.clock.time() > until:
            raise Refusal(40058, "response_code is unknown, used or older than 72 hours")
        card = body.get("template_card")
        if card is not None:
            self.ledger.warnings += check_card({"task_id": task_id, **card}, dialect="app", updating=True)
        elif not part(body, "button").get("replace_name"):
            raise Refusal(40058, "button.replace_name is empty")
        userids = body.get("userids", [])
        for shown in self.screen.messages:
            if shown.via == "app" and shown.task_id == task_id and (not userids or shown.chat.chatid in userids):
                assert shown.card is not None
                replaced = body.get("button", {}).get("replace_name")
                shown.card = {**shown.card, "replaced": replaced} if card is None else {"task_id": task_id, **card}
        await self.screen.changed()
        return OK

    def new_response_code(self, task_id: str) -> str:
        """A code that lets one card be updated once."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = (task_id, self.clock.time() + 72 * HOUR)
        return code

    def _receivers(self, body: Json) -> tuple[list[str], Json]:
        named = _ids(body, "touser", 1000)
        parties, tags = _ids(body, "toparty", 100), _ids(body, "totag", 100)
        if not (named or parties or tags):
            raise Refusal(40058, "touser, toparty and totag are empty")
        visible = self.world.app.visible
        wanted = sorted(visible) if named == ["@all"] else named
        good = [userid for userid in wanted if userid in visible]
        if not good:
            raise Refusal(81013)
        bad = [userid for userid in wanted if userid not in visible]
        invalid = {"invaliduser": bad, "invalidparty": parties, "invalidtag": tags}
        return good, {name: "|".join(ids) for name, ids in invalid.items() if ids}

    def _is_repetition(self, body: Json) -> bool:
        if not body.get("enable_duplicate_check"):
            return False
        key = json.dumps({name: body.get(name) for name in ("touser", "msgtype", body["msgtype"])}, sort_keys=True)
        interval = min(int(body.get("duplicate_check_interval", 1800)), 4 * 3600)
        before = self._seen.get(key)
        self._seen[key] = self.clock.time()
        return before is not None and self.clock.time() - before <= interval


def _ids(body: Json, name: str, limit: int) -> list[str]:
    ids = [one for one in str(body.get(name) or "").split("|") if one]
    if len(ids) > limit:
        raise Refusal(40058, f"{name} has more than {limit} entries")
    return ids
