"""A strict fake of Slack's platform: Web API, Socket Mode, HTTP events and files over real sockets.

The reference is the protocol notes; where those are silent the public method pages decide. Start by hand with
``python -m tests.fakes.slack``; in tests begin with ``FakeSlack``.
"""

from tests.fakes.slack.app import EVERY_EVENT, EVERY_SCOPE, App, Installation
from tests.fakes.slack.channel import Channel
from tests.fakes.slack.clock import Clock
from tests.fakes.slack.message import Message
from tests.fakes.slack.person import Person
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.shared_file import SharedFile
from tests.fakes.slack.workspace import Workspace

__all__ = [
    "EVERY_EVENT",
    "EVERY_SCOPE",
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
