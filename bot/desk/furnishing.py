"""What stands on the desk: the parts of every page, put together."""

from collections.abc import Mapping

from bot.application import Application
from bot.archive.forgetting import forgetting_of
from bot.archive.retention import Retention
from bot.curating.standard_answers import StandardAnswers
from bot.desk.audit import AuditPart
from bot.desk.case import CasePart
from bot.desk.categories import CategoriesPart
from bot.desk.channels import ChannelsPart
from bot.desk.comparing import ComparingPart
from bot.desk.learning import LearningPart
from bot.desk.overview import OverviewPart
from bot.desk.people import OperatorsPart
from bot.desk.prompts import PromptsPart
from bot.desk.questions import QuestionsPart
from bot.desk.queue import QueuePart
from bot.desk.reporting import ReportPart
from bot.desk.route import Part
from bot.desk.standard import StandardPart
from bot.desk.system import Ready, SystemPart
from bot.desk.trace import TracePart
from bot.desk.trying import TryingPart
from bot.feedback.cases import Cases
from bot.feedback.inspecting import Inspecting
from bot.feedback.report import ReportMaker
from bot.feedback.reporting import Reporting
from connectors.connector import Connector


def parts(application: Application, connectors: Mapping[str, Connector], *, ready: Ready | None = None) -> list[Part]:
    """Every page's routes; each page adds its line. ``connectors`` are those that run, for what is posted.

    ``ready`` tells the state of model, archive and platforms.
    """
    database = application.database
    standard, cases = StandardAnswers(database), Cases(database)
    writing = StandardPart(database, standard, zone=application.zone)
    return [
        QueuePart(database, cases, standard),
        CasePart(database, cases, standard, writing=writing, zone=application.zone),
        writing,
        TryingPart(
            database,
            finder=application.finder,
            matching=application.matching,
            permissions=application.permissions,
        ),
        TracePart(database),
        OverviewPart(database, zone=application.zone),
        QuestionsPart(database, zone=application.zone),
        LearningPart(
            database,
            Inspecting(database, application.learning),
            is_used=application.settings.feedback.learning,
        ),
        ReportPart(
            database,
            Reporting(database, ReportMaker(database, application.permissions)),
            zone=application.zone,
            running=frozenset(connectors),
            digests=application.settings.digests.enabled,
        ),
        ComparingPart(database),
        AuditPart(database),
        PromptsPart(
            database=database,
            prompts=application.prompts,
            trials=application.prompt_trials,
            model=application.model,
            settings=application.settings,
        ),
        CategoriesPart(database, application.indexer, application.archivist),
        ChannelsPart(
            database=database,
            schedules=application.schedules,
            retention=Retention(
                database,
                forgetting_of(application),
                keep_days=application.settings.retention.keep_days,
                zone=application.zone,
            ),
            timezone=application.settings.timezone,
            running=frozenset(connectors),
        ),
        SystemPart(application, ready=ready),
        OperatorsPart(database),
    ]
