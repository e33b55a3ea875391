"""The console: a group chat in the browser, the platform that needs no account."""

from connectors.console.connector import ConsoleConnector
from connectors.console.guard import Guard
from connectors.console.host import ConsoleHost

__all__ = ["ConsoleConnector", "ConsoleHost", "Guard"]
