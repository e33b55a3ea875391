"""WeCom as the contract of connectors plays it: Alice writes to the robot; app and webhook say what is unasked."""

from pathlib import Path

from connectors.connector import Connector
from connectors.events import ChannelId, ChannelRef, MessagePosted, PersonId, PersonRef
from connectors.wecom.configuration import (
    AppConfiguration,
    RobotConfiguration,
    WebhookConfiguration,
    WeComConfiguration,
)
from connectors.wecom.connector import WeComConnector
from tests.contract.slack_platform import ScriptedLiveHost
from tests.fakes.wecom import FakeWeCom, Sent, WallClock
from tests.waiting import eventually

_WHO = "alice"


def configuration_of(fake: FakeWeCom) -> WeComConfiguration:
    """A robot by long connection, an app that only sends, the webhook of the group."""
    robot, app, webhook = fake.world.robot, fake.world.app, fake.world.webhook
    return WeComConfiguration(
        corp_id=fake.world.corpid,
        robots=(RobotConfiguration(name="main", shown_name=robot.name, bot_id=robot.bot_id, secret=robot.secret),),
        apps=(AppConfiguration(name="app", agent_id=app.agentid, secret=app.secret),),
        webhooks=(WebhookConfiguration(name="news", key=webhook.key, chat_id=webhook.chatid),),
        api_url=f"{fake.addresses.api_url}/cgi-bin/",
        robot_url=fake.addresses.long_connection_url,
    )


class WeComPlatform:
    """Alice writes to the robot alone. WeCom tells a robot of no edit and no recall."""

    tells_changes = False

    def __init__(self, _: Path) -> None:
        self.host = ScriptedLiveHost()
        self._fake = FakeWeCom(clock=WallClock())
        self._serving = self._fake.running()
        self._connector: WeComConnector | None = None
        self._said: dict[str, Sent] = {}
        self._answers_seen = 0

    @property
    def connector(self) -> Connector:
        return self._connector or WeComConnector(self.host, WeComConfiguration())

    async def start(self) -> None:
        await self._serving.__aenter__()
        self._connector = WeComConnector(self.host, configuration_of(self._fake))
        await self._connector.start()
        await self._fake.long_connection.until_live()

    async def close(self) -> None:
        if self._connector is not None:
            await self._connector.close()
        await self._serving.__aexit__(None, None, None)
        assert self._fake.ledger.refusals == []
        assert self._fake.ledger.warnings == []

    async def say(self, text: str, *, key: str) -> str:
        if key in self._said:
            await self._fake.robot.repeat(self._said[key])
        else:
            self._said[key] = await self._fake.robot.direct(_WHO, text)
            await eventually(self._is_asked)
        return f"wecom:{self._said[key].msgid}"

    async def edit(self, record_id: str, text: str) -> None:
        raise AssertionError("nobody is told")

    async def delete(self, record_id: str) -> None:
        raise AssertionError("nobody is told")

    async def answer(self) -> str:
        async def is_there() -> bool:
            return len(self._answers()) > self._answers_seen

        await eventually(is_there)
        self._answers_seen += 1
        text = self._answers()[self._answers_seen - 1].text
        await self._fake.screen.until(lambda shown: shown.finished and text in shown.text)
        return text

    def person(self) -> PersonRef:
        return PersonRef(person_id=PersonId(f"wecom:{_WHO}"), platform="wecom", name="Alice")

    def channel(self) -> ChannelRef:
        return ChannelRef(
            channel_id=ChannelId(f"wecom:{self._fake.world.webhook.chatid}"),
            platform="wecom",
            name="水泵项目",
            visibility="private",
            workspace_id=self._fake.world.corpid,
        )

    def _answers(self) -> list[MessagePosted]:
        return [event for event in self.host.accepted if isinstance(event, MessagePosted) and event.answer_id]

    async def _is_asked(self) -> bool:
        return len(self.host.utterances) >= len(self._said)
