"""``msgaudit``: what the HTTP side of the message archive tells, for the token of the archive's own Secret."""

from dataclasses import dataclass

from tests.fakes.wecom.refusals import OK, Json, Refusal
from tests.fakes.wecom.world import World


@dataclass(kw_only=True)
class Audit:
    """Groups and robots, to whoever may read the archive. Members from outside make a group one that is not listed."""

    world: World

    async def get_group(self, body: Json) -> Json:
        """``msgaudit/groupchat/get``: internal groups only."""
        group = self.world.groups.get(str(body.get("roomid")))
        if group is None or any(member.startswith(("wm", "wo")) for member in group.members):
            raise Refusal(86001)
        return {
            **OK,
            "roomname": group.name,
            "creator": group.owner,
            "room_create_time": 1_780_000_000,
            "notice": "",
            "members": [{"memberid": member, "jointime": 1_780_000_001} for member in sorted(group.members)],
        }

    async def get_robot(self, robot_id: str) -> Json:
        """``msgaudit/get_robot_info``."""
        name = self.world.archived_robots.get(robot_id)
        if name is None:
            raise Refusal(40058)
        return {**OK, "data": {"robot_id": robot_id, "name": name, "creator_userid": "alice"}}
