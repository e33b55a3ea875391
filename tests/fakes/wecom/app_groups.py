"""``appchat``: groups that the app makes itself; no other group can be written to."""

import re
import secrets
from dataclasses import dataclass, field

from tests.fakes.wecom.app_content import GROUP_TYPES, fill
from tests.fakes.wecom.clock import Clock
from tests.fakes.wecom.ledger import Ledger
from tests.fakes.wecom.limits import Frequency
from tests.fakes.wecom.media import MediaStore
from tests.fakes.wecom.refusals import OK, Json, Refusal
from tests.fakes.wecom.screen import Screen, Shown
from tests.fakes.wecom.world import Group, World

_CHATID = re.compile(r"[0-9a-zA-Z]{1,32}")


@dataclass(kw_only=True)
class AppGroups:
    """The group calls of the app."""

    world: World
    clock: Clock
    screen: Screen
    ledger: Ledger
    media: MediaStore
    per_group: Frequency = field(init=False)

    def __post_init__(self) -> None:
        self.per_group = Frequency(clock=self.clock, per_minute=200)

    async def create(self, body: Json) -> Json:
        """``appchat/create``."""
        if not self.world.app.sees_root_department:
            raise Refusal(60011, "the app's visible range is not the root department")
        name, userlist = body.get("name", ""), body.get("userlist")
        if not isinstance(name, str) or len(name) > 50:
            raise Refusal(86004)
        if not isinstance(userlist, list) or not 2 <= len(userlist) <= 2000:
            raise Refusal(86006)
        self._check_members(userlist)
        owner = body.get("owner") or userlist[0]
        if owner not in userlist:
            raise Refusal(86005)
        chatid = body.get("chatid") or secrets.token_hex(16)
        if not isinstance(chatid, str) or not _CHATID.fullmatch(chatid):
            raise Refusal(86001)
        if chatid in self.world.groups:
            raise Refusal(86215)
        group = Group(chatid=chatid, name=name, members=set(userlist), owner=owner, created_by_app=True)
        self.world.groups[chatid] = group
        return {**OK, "chatid": chatid}

    async def update(self, body: Json) -> Json:
        """``appchat/update``."""
        group = self._own(body.get("chatid"))
        added, removed = body.get("add_user_list", []), body.get("del_user_list", [])
        self._check_members(added)
        group.name = str(body.get("name") or group.name)
        if len(group.name) > 50:
            raise Refusal(86004)
        group.members = (group.members | set(added)) - set(removed)
        group.owner = str(body.get("owner") or group.owner)
        return OK

    async def get(self, chatid: str) -> Json:
        """``appchat/get``."""
        group = self._own(chatid)
        info = {"chatid": chatid, "name": group.name, "owner": group.owner, "userlist": sorted(group.members)}
        return {**OK, "chat_info": info}

    async def send(self, body: Json) -> Json:
        """``appchat/send``; the excess over 200 a minute is dropped without a word."""
        group = self._own(body.get("chatid"))
        msgtype = body.get("msgtype")
        if msgtype not in GROUP_TYPES:
            raise Refusal(40008)
        shown = Shown(number=self.world.next_id(), chat=self.world.group(group.chatid), via="app", msgtype=msgtype)
        fill(shown, body, media=self.media, ledger=self.ledger)
        if not self.per_group.allows(group.chatid):
            self.ledger.warnings.append(f"{group.chatid}: more than 200 messages a minute, dropped without a word")
            return OK
        await self.screen.show(shown)
        return OK

    def _own(self, chatid: object) -> Group:
        if not isinstance(chatid, str) or not chatid:
            raise Refusal(86001)
        group = self.world.groups.get(chatid)
        if group is None:
            raise Refusal(86003)
        if not group.created_by_app:
            raise Refusal(86008)
        return group

    def _check_members(self, userids: list[str]) -> None:
        if not set(userids) <= set(self.world.people):
            raise Refusal(86007)
