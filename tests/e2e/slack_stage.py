"""A workspace of the fake Slack with the app of our manifest, and a real ``shiguang serve`` beside it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from tests.fakes.slack import Channel, Clock, FakeSlack, Installation, Message, Person, Workspace
from tests.fakes.slack.deliveries import Delivery
from tests.processes import Serving, end, environment, serve

_MANIFEST = Path(__file__).parents[2] / "deploy" / "slack-manifest.yaml"


@dataclass
class SlackStage:
    """``start`` and ``stop`` may be called again and again: the home stays."""

    slack: FakeSlack
    workspace: Workspace
    installation: Installation
    env: dict[str, str]
    folder: Path
    module: str
    servers: list[Serving] = field(default_factory=list)

    @property
    def server(self) -> Serving:
        """The one that runs, or ran last."""
        return self.servers[-1]

    async def start(self) -> Serving:
        """Serve, and wait until it is connected."""
        log = self.folder / f"serve-{len(self.servers)}.log"
        self.servers.append(await serve("serve", env=self.env, log=log, module=self.module))
        await self.slack.connected(seconds=120)
        return self.server

    async def stop(self) -> None:
        """End it as an operator does."""
        assert await self.server.stop() == 0, self.log

    @property
    def log(self) -> str:
        """Everything that the servers said."""
        return "".join(server.log.read_text("utf-8", "replace") for server in self.servers)

    def said_in(self, channel: Channel, *, thread: Message | None = None) -> list[Message]:
        """Messages of the bot, oldest first."""
        kept = channel.threads.get(thread.ts, {}) if thread else channel.messages
        return [message for message in kept.values() if message.user == self.installation.bot.id]

    def said_to(self, message: Message) -> list[Message]:
        """Messages of the bot after this one, in its thread or beside it."""
        replies = [*self.said_in(message.channel, thread=message), *self.said_in(message.channel)]
        return [reply for reply in replies if reply.ts > message.ts]

    async def answered(
        self, channel: Channel, *, thread: Message | None = None, count: int = 1, seconds: float = 60.0
    ) -> Message:
        """Wait for the bot's ``count``-th message there that carries an answer's buttons; returns it."""

        def answers() -> list[Message]:
            return [one for one in self.said_in(channel, thread=thread) if answer_id(one)]

        await self.slack.journal.until(lambda: len(answers()) >= count, seconds=seconds)
        return answers()[count - 1]

    async def command(self, person: Person, channel: Channel, line: str) -> Delivery:
        """Type a slash command."""
        return self.slack.hands.run_command(person, self.installation, channel, line)


def answer_id(message: Message) -> str | None:
    """The answer that a message of the bot shows to the end."""
    for block in message.blocks:
        block_id = str(block.get("block_id", ""))
        if block_id.startswith("answer:"):
            return block_id.removeprefix("answer:")
    return None


def words(message: Message) -> str:
    """What a reader sees: the streamed text, and every text of the blocks."""

    def texts(part: object) -> Iterator[str]:
        if isinstance(part, dict):
            yield from (str(part[key]) for key in ("text", "url") if isinstance(part.get(key), str))
            for value in part.values():
                yield from texts(value)
        elif isinstance(part, list):
            for value in part:
                yield from texts(value)

    return "\n".join([message.text, *texts(message.blocks)])


@asynccontextmanager
async def slack_stage(
    folder: Path, home: Path, *, module: str = "tests.fakes.tiny_shiguang", **settings: str
) -> AsyncIterator[SlackStage]:
    """Real time, the rate limits of Slack, and one installed app; a machine that does much else is waited for."""
    async with FakeSlack(clock=Clock(runs=True, patience=5)).running() as slack:
        workspace = slack.add_workspace()
        app = slack.add_app_from_manifest(yaml.safe_load(_MANIFEST.read_text("utf-8")))
        installation = slack.install(app, workspace)
        env = environment(
            home,
            SHIGUANG_WEB__PORT="0",
            SHIGUANG_CONNECTORS="console,slack",
            SHIGUANG_SLACK__BOT_TOKEN=installation.bot_token,
            SHIGUANG_SLACK__APP_TOKEN=app.app_token,
            SHIGUANG_SLACK__BASE_URL=slack.api_url,
            SHIGUANG_SLACK__FILE_HOSTS=slack.file_host.removeprefix("http://"),
            **settings,
        )
        stage = SlackStage(slack, workspace, installation, env, folder, module)
        try:
            yield stage
        finally:
            for server in stage.servers:
                await end(server.process)
