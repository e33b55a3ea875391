"""A question of an answer that was pressed, as who pressed asks it there."""

from datetime import UTC, datetime

from connectors.connector import Answer, Utterance, UtteranceKind
from connectors.slack.pressing import Press
from connectors.slack.profiles import Profile
from connectors.slack.records import message_record
from connectors.slack.site import Site


async def asked_by_press(site: Site, press: Press, profile: Profile, answer: Answer) -> Utterance:
    """What an ephemeral answer is made from, its person alone reads; any other, everybody in the channel.

    Raises ``MembershipUnknown`` when Slack does not tell who reads there.
    """
    channel = await site.directory.channel(press.channel)
    if press.is_ephemeral or channel.visibility == "direct":
        await site.memberships.refresh_person(press.user_id)
    else:
        await site.memberships.refresh_channel(press.channel)
    thread_id = message_record(site, press.channel, press.thread_ts) if press.thread_ts else None
    kind: UtteranceKind = "thread" if thread_id else "mention"
    if press.is_ephemeral or channel.visibility == "direct":
        kind = "command" if press.is_ephemeral else "direct"
    return Utterance(
        kind=kind,
        text=answer.question,
        channel=channel,
        person=profile.person,
        record_id=None,
        thread_id=thread_id,
        said_at=datetime.now(UTC),
        language=answer.language,
    )
