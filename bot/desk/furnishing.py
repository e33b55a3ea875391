"""What stands on the desk: the parts of every page, put together."""

from collections.abc import Mapping

from bot.application import Application
from bot.desk.audit import AuditPart
from bot.desk.people import OperatorsPart
from bot.desk.route import Part
from connectors.connector import Connector


def parts(application: Application, connectors: Mapping[str, Connector]) -> list[Part]:
    """Every page's routes; each page adds its line. ``connectors`` are those that run, for what is posted."""
    database = application.database
    return [
        AuditPart(database),
        OperatorsPart(database),
    ]
