"""The ways out of WeCom by which something can be said unasked, and which of them lead to a group or person."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from connectors.connector import Post, PostRefused
from connectors.wecom import ids
from connectors.wecom.app import WeComApp
from connectors.wecom.markdown import AIBOT, APP, WEBHOOK, Dialect
from connectors.wecom.site import Speaker
from connectors.wecom.webhooks import Webhook, Webhooks

NO_WAY_TO_GROUP: Final = "wecom_no_way_to_group"
"""No webhook of the group, no robot that was mentioned in it, and it is no group of an app."""
NO_WAY_TO_PERSON: Final = "wecom_no_way_to_person"
"""The person has written to no robot, and no app may write to them."""
NOT_A_CHAT_OF_THE_BOT: Final = "wecom_not_a_chat_of_the_bot"
"""A chat of others, known from the message archive alone."""

_GROUP: Final = "wecom:"
_DIRECT: Final = "wecom:direct:"
_OF_OTHERS: Final = ("wecom:pair:", "wecom:several:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What can be spoken through now."""

    robots: Sequence[Speaker] = ()
    apps: Sequence[WeComApp] = ()
    webhooks: Webhooks | None = None
    is_waiting: bool = False
    """Whether some way is configured and not open now: it may turn out to be the one that is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One message; ``purpose`` names it whenever it is tried."""

    markdown: str
    purpose: str
    resumed: bool
    """It may have been sent before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way to one place."""

    kind: Literal["webhook", "robot", "app"]
    dialect: Dialect
    send: Callable[[Piece], Awaitable[str]]
    """Returns WeCom's id of the message, or an empty one where it gives none."""
    by: str = ""
    """The robot or app, by its name in the settings."""
    drops_repetitions: bool = False
    """WeCom does not show it twice within half an hour."""

    @property
    def name(self) -> str:
        """As in a post's note."""
        return f"{self.kind}:{self.by}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post goes: a group (``chat_id``) or a person (``user_id``), by one of ours (``way``) if that is set."""

    chat_id: str = ""
    user_id: str = ""
    way: str = ""


async def routes_to(place: Place, ways: Ways) -> list[Route]:
    """What leads there, the best first: the group's own webhook, a robot that may write there, an app."""
    routes: list[Route] = []
    chat_id, user_id = place.chat_id or None, place.user_id or None
    webhook = ways.webhooks.of_chat(place.chat_id) if ways.webhooks and place.chat_id else None
    if webhook is not None:
        routes.append(Route(kind="webhook", dialect=WEBHOOK, send=partial(_by_webhook, webhook), by=webhook.name))
    for robot in ways.robots:
        if await robot.can_send(chat_id=chat_id, user_id=user_id):
            send = partial(_by_speaker, robot, chat_id, user_id)
            routes.append(Route(kind="robot", dialect=AIBOT, send=send, by=robot.name))
    for app in ways.apps:
        if await app.can_send(chat_id=chat_id, user_id=user_id):
            by_app = partial(_by_app, app, user_id) if user_id else partial(_by_speaker, app, chat_id, None)
            routes.append(
                Route(kind="app", dialect=APP, send=by_app, by=app.name, drops_repetitions=user_id is not None)
            )
    # The chat of a person with one of ours is gone on in by that one.
    return sorted(routes, key=lambda route: bool(place.way) and route.by != place.way)


def place_of(post: Post) -> Place:
    """Raises ``PostRefused`` for what is no place of ours."""
    if post.person is not None:
        user_id = post.person.person_id.removeprefix(ids.person_id(""))
        if post.person.platform != "wecom" or not user_id:
            raise PostRefused(NO_WAY_TO_PERSON)
        return Place(user_id=user_id)
    channel_id = post.channel.channel_id if post.channel is not None else ""
    if channel_id.startswith(_OF_OTHERS):
        raise PostRefused(NOT_A_CHAT_OF_THE_BOT)
    if channel_id.startswith(_DIRECT):
        way, _, user_id = channel_id.removeprefix(_DIRECT).partition(":")
        return Place(user_id=user_id, way=way)
    if not channel_id.startswith(_GROUP):
        raise PostRefused(NO_WAY_TO_GROUP)
    return Place(chat_id=channel_id.removeprefix(_GROUP))


async def _by_webhook(webhook: Webhook, piece: Piece) -> str:
    await webhook.send_markdown(piece.markdown)
    return ""


async def _by_speaker(speaker: Speaker, chat_id: str | None, user_id: str | None, piece: Piece) -> str:
    await speaker.send_markdown(piece.markdown, chat_id=chat_id, user_id=user_id, feedback_id=None)
    return ""


async def _by_app(app: WeComApp, user_id: str, piece: Piece) -> str:
    sent = await app.sending.markdown(user_id, piece.markdown, purpose=piece.purpose, resumed=piece.resumed)
    return sent.msgid
