"""The app's own places: home and messages tab, agent threads, the stop button, links to unfurl."""

from tests.fakes.slack.app import Installation
from tests.fakes.slack.channel import Channel
from tests.fakes.slack.deliveries import Delivery
from tests.fakes.slack.errors import Json
from tests.fakes.slack.message import Message
from tests.fakes.slack.person import Person
from tests.fakes.slack.world import World


class Surfaces:
    """The driver for them. Events go only to apps that subscribed, so the result may be empty."""

    def __init__(self, world: World) -> None:
        self._world = world

    def open_home(self, person: Person, installation: Installation) -> list[Delivery]:
        """The home tab, with the published view if there is one."""
        if not installation.app.home_tab_enabled:
            return []
        event = self._opened(person, installation, "home")
        view = self._world.views.home.get((installation.app.id, person.id))
        if view is not None:
            event["view"] = {**view.content, "id": view.id, "hash": view.hash, "team_id": installation.workspace.id}
        return self._tell(installation, event)

    def open_messages(
        self, person: Person, installation: Installation, *, viewing: Channel | None = None
    ) -> list[Delivery]:
        """The messages tab: under agent_view the sign to offer prompts; ``viewing`` is what lies open beside it."""
        if installation.app.experience == "assistant_view":
            return self._tell(
                installation, self._thread_event(person, installation, "assistant_thread_started", viewing)
            )
        event = self._opened(person, installation, "messages")
        if viewing is not None:
            event["context"] = {"entities": [_entity(viewing)]}
        return self._tell(installation, event)

    def look_at(self, person: Person, installation: Installation, channel: Channel) -> list[Delivery]:
        """Another channel lies open beside the agent."""
        if installation.app.experience == "assistant_view":
            kind = "assistant_thread_context_changed"
            return self._tell(installation, self._thread_event(person, installation, kind, channel))
        event: Json = {"type": "app_context_changed", "user": person.id, "context": {"entities": [_entity(channel)]}}
        direct = installation.workspace.open_direct_channel(person.id, installation.bot.id)
        return self._tell(installation, event | {"channel": direct.id})

    def stop(self, person: Person, installation: Installation, channel: Channel, thread_ts: str) -> list[Delivery]:
        """The stop button of a thread in state ``processing``: its streams end, and the app is told."""
        session = self._world.threads.sessions.get((channel.id, thread_ts))
        if session is None or session.status != "processing":
            raise AssertionError("there is a stop button only while the session is processing")
        running = [
            stream
            for stream in self._world.streams.all.values()
            if stream.message.channel is channel
            and stream.message.thread_ts == thread_ts
            and self._world.streams.is_running(stream.message)
        ]
        for stream in running:
            self._world.streams.end(stream, by="user")
        event: Json = {
            "type": "agent_session_stopped",
            "channel": channel.id,
            "user": person.id,
            "thread_ts": thread_ts,
        }
        return self._tell(installation, event | {"streaming_message_ts": [stream.message.ts for stream in running]})

    def post_link(self, message: Message, url: str) -> list[Delivery]:
        """``link_shared`` for a domain the app registered."""
        domain = url.split("/")[2]
        event: Json = {
            "type": "link_shared",
            "channel": message.channel.id,
            "user": message.user,
            "message_ts": message.ts,
            "links": [{"domain": domain, "url": url}],
            "unfurl_id": f"C.{message.ts}.{domain}",
            "source": "conversations_history",
        }
        told = [i for i in self._world.installations if domain in i.app.unfurl_domains]
        return [
            delivery
            for installation in told
            for delivery in self._tell(
                installation, event | {"is_bot_user_member": installation.is_in(message.channel.id)}
            )
        ]

    def _opened(self, person: Person, installation: Installation, tab: str) -> Json:
        channel = installation.workspace.open_direct_channel(person.id, installation.bot.id)
        return {"type": "app_home_opened", "user": person.id, "channel": channel.id, "tab": tab}

    def _thread_event(self, person: Person, installation: Installation, kind: str, viewing: Channel | None) -> Json:
        direct = installation.workspace.open_direct_channel(person.id, installation.bot.id)
        context: Json = {"channel_id": viewing.id, "team_id": viewing.workspace.id} if viewing else {}
        root = next((m for m in direct.messages.values() if m.subtype == "assistant_app_thread"), None)
        if root is None:
            text = "New Assistant Thread"
            root = Message(
                channel=direct,
                ts=self._world.ids.ts(),
                user=installation.bot.id,
                text=text,
                subtype="assistant_app_thread",
            )
            root.thread_ts = root.ts
            root.bot = installation.author_fields()
            self._world.message_events.posted(root)
        thread = {"user_id": person.id, "context": context, "channel_id": direct.id, "thread_ts": root.ts}
        return {"type": kind, "assistant_thread": thread}

    def _tell(self, installation: Installation, event: Json) -> list[Delivery]:
        return self._world.announcer.offer(installation, event)


def _entity(channel: Channel) -> Json:
    return {"type": "slack#/types/channel_id", "value": channel.id, "team_id": channel.workspace.id}
