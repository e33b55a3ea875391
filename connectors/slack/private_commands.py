"""Commands that forms and pages run for a person, whose end is shown there."""

import logging
from datetime import UTC, datetime

from connectors.collecting import CollectingReply
from connectors.connector import Answer, Card, Language, Notice, Utterance
from connectors.events import ChannelRef, RecordId
from connectors.slack.errors import MembershipUnknown
from connectors.slack.profiles import Profile
from connectors.slack.saying import notice
from connectors.slack.site import Site

_log = logging.getLogger(__name__)


async def run_privately(
    site: Site,
    profile: Profile,
    user_id: str,
    text: str,
    *,
    channel: ChannelRef,
    language: Language | None = None,
    thread_id: RecordId | None = None,
) -> Answer | Notice | Card | None:
    """What a command comes to; never raises. ``language`` is set where its words are not the person's own."""
    reply = CollectingReply()
    utterance = Utterance(
        kind="command",
        text=text,
        channel=channel,
        person=profile.person,
        record_id=None,
        thread_id=thread_id,
        said_at=datetime.now(UTC),
        language=language,
    )
    try:
        await site.memberships.refresh_person(user_id)
        await site.host.converse(utterance, reply)
    except MembershipUnknown:
        return notice("slack_membership_unknown", language or profile.language)
    except Exception:  # noqa: BLE001 - whoever asked is told
        _log.exception("a command of a form failed")
        return notice("slack_internal", language or profile.language)
    return reply.end
