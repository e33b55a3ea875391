"""A strict fake of Slack's platform: Web API, Socket Mode, HTTP events and files over real sockets.

Start it by hand with ``python -m tests.fakes.slack`` (see ``--help``), or in a test::

    async with FakeSlack().running() as slack:  # Clock(runs=True) for real time, e.g. against another process
        workspace = slack.add_workspace()
        installation = slack.install(slack.add_app("Shiguang"), workspace)
        ann = workspace.add_person("ann")
        general = workspace.add_channel("general", members=[ann, installation.bot])
        ...  # connect the app: base URL slack.api_url, installation.bot_token, installation.app.app_token
        await slack.connected()
        message = slack.people.post(ann, general, "hello")
        await slack.acknowledged()
        (answer,) = slack.journal.calls("chat.postMessage")

It refuses what Slack refuses; what it refused is in ``slack.journal.refusals``.
"""

from tests.fakes.slack.app import RECOMMENDED_EVENTS, RECOMMENDED_SCOPES, App, Installation
from tests.fakes.slack.channel import Channel
from tests.fakes.slack.clock import Clock
from tests.fakes.slack.message import Message
from tests.fakes.slack.person import Person
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.shared_file import SharedFile
from tests.fakes.slack.workspace import Workspace

__all__ = [
    "RECOMMENDED_EVENTS",
    "RECOMMENDED_SCOPES",
    "App",
    "Channel",
    "Clock",
    "FakeSlack",
    "Installation",
    "Message",
    "Person",
    "SharedFile",
    "Workspace",
]
