"""A small company: people, groups, one robot, one app and group webhooks."""

import itertools
import secrets
from dataclasses import dataclass, field
from typing import Literal

from tests.fakes.wecom.crypto import Envelope, new_encoding_aes_key

ChatType = Literal["single", "group"]
RobotMode = Literal["callback", "long_connection"]


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member; ``userid`` is what the admin sees, ``hidden_userid`` what a robot of an ordinary creator gets."""

    userid: str
    name: str
    mobile: str = ""

    @property
    def hidden_userid(self) -> str:
        """The id encrypted for the corp: stable, and not the plain one."""
        return f"wo{self.userid.encode().hex()}"


@dataclass(frozen=True, kw_only=True)
class Chat:
    """Where a message is: a group's chatid, or the person of a single chat."""

    chattype: ChatType
    chatid: str


@dataclass(kw_only=True)
class Group:
    """A group chat; ``created_by_app`` is set for those that ``appchat/create`` made."""

    chatid: str
    name: str
    members: set[str]
    owner: str
    has_robot: bool = False
    created_by_app: bool = False


@dataclass(kw_only=True)
class Robot:
    """The 智能机器人, with the credentials of both its modes; the admin has chosen one of them."""

    name: str
    mode: RobotMode
    bot_id: str = field(default_factory=lambda: f"aib{secrets.token_hex(8)}")
    secret: str = field(default_factory=lambda: secrets.token_hex(21))
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    encoding_aes_key: str = field(default_factory=new_encoding_aes_key)
    callback_url: str = ""
    hides_userids: bool = False
    """True when the robot's creator is no super-admin: ``from.userid`` is then an encrypted one."""
    contacted: set[str] = field(default_factory=set)
    """Chats in which somebody has spoken to it: only there may it speak first."""

    @property
    def envelope(self) -> Envelope:
        """How its callbacks are sealed: the receiver is empty."""
        return Envelope(token=self.token, encoding_aes_key=self.encoding_aes_key, receive_id="")


@dataclass(kw_only=True)
class App:
    """The 自建应用."""

    name: str
    corpid: str
    agentid: int = 1000002
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    encoding_aes_key: str = field(default_factory=new_encoding_aes_key)
    callback_url: str = ""
    visible: set[str] = field(default_factory=set)
    """Userids inside its visible range."""
    sees_root_department: bool = True
    """``appchat/create`` needs it."""
    trusted_addresses: set[str] | None = None
    """企业可信IP; None is any, so that ``set()`` gives 60020 to everybody."""

    @property
    def envelope(self) -> Envelope:
        """How its callbacks are sealed: for the corp."""
        return Envelope(token=self.token, encoding_aes_key=self.encoding_aes_key, receive_id=self.corpid)


@dataclass(kw_only=True)
class Webhook:
    """A 群机器人 of one group; the key is its only secret."""

    chatid: str
    key: str = field(default_factory=lambda: secrets.token_hex(16))


@dataclass(kw_only=True)
class World:
    """The company as it is now; tests change it as they like."""

    corpid: str
    people: dict[str, Person]
    groups: dict[str, Group]
    robot: Robot
    app: App
    webhook: Webhook
    archive_secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    """Of the message archive (会话内容存档)."""
    archived_robots: dict[str, str] = field(default_factory=dict)
    """Names of robots by the ids (``wb…``) that the archive gives them."""
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(7_000_001))

    def next_id(self) -> int:
        """A number that this company has not used yet."""
        return next(self._ids)

    def single(self, userid: str) -> Chat:
        """The single chat with a person."""
        return Chat(chattype="single", chatid=self.people[userid].userid)

    def group(self, chatid: str) -> Chat:
        """A group."""
        return Chat(chattype="group", chatid=self.groups[chatid].chatid)

    def robot_sees(self, userid: str) -> str:
        """The id under which the robot knows a person."""
        person = self.people[userid]
        return person.hidden_userid if self.robot.hides_userids else person.userid

    def known_to_robot(self, seen_id: str) -> str | None:
        """The person behind such an id."""
        return next((userid for userid in self.people if self.robot_sees(userid) == seen_id), None)


def small_company(*, mode: RobotMode = "long_connection") -> World:
    """Three people, two groups (the robot is in the first one), everything set up correctly."""
    corpid = f"ww{secrets.token_hex(8)}"
    people = [
        Person(userid="alice", name="陈丽", mobile="13800000001"),
        Person(userid="bob", name="王博", mobile="13800000002"),
        Person(userid="carol", name="Carol Wu", mobile="13800000003"),
    ]
    groups = [
        Group(chatid="wrPUMPS", name="水泵项目", members={"alice", "bob", "carol"}, owner="alice", has_robot=True),
        Group(chatid="wrOTHER", name="行政通知", members={"alice", "bob"}, owner="bob"),
    ]
    return World(
        corpid=corpid,
        people={person.userid: person for person in people},
        groups={group.chatid: group for group in groups},
        robot=Robot(name="拾光", mode=mode),
        app=App(name="拾光", corpid=corpid, visible={person.userid for person in people}),
        webhook=Webhook(chatid="wrPUMPS"),
    )
