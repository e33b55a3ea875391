"""What the agent surface shows beside messages: statuses, suggested prompts, titles and sessions."""

from dataclasses import dataclass

from tests.fakes.slack.clock import Clock
from tests.fakes.slack.errors import Json

STATUS_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Status:
    """ "… is thinking", until something is posted or two minutes have passed."""

    text: str
    loading_messages: tuple[str, ...]
    set_at: float


@dataclass(kw_only=True)
class Session:
    """An agent session of a thread."""

    status: str
    title: str = ""
    initiator: str | None = None


class AgentThreads:
    """By channel and thread; prompts of an agent_view app have no thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._statuses: dict[tuple[str, str], Status] = {}
        self.prompts: dict[tuple[str, str | None], list[Json]] = {}
        self.prompt_titles: dict[tuple[str, str | None], str] = {}
        self.titles: dict[tuple[str, str], str] = {}
        self.sessions: dict[tuple[str, str], Session] = {}
        self.ignored_prompts: list[tuple[str, str]] = []
        """Where prompts were set with a thread_ts under agent_view: Slack says ok and shows nothing."""

    def set_status(self, channel_id: str, thread_ts: str, text: str, loading_messages: tuple[str, ...] = ()) -> None:
        """An empty text clears it."""
        if text:
            status = Status(text=text, loading_messages=loading_messages, set_at=self._clock.now())
            self._statuses[channel_id, thread_ts] = status
        else:
            self._statuses.pop((channel_id, thread_ts), None)

    def status(self, channel_id: str, thread_ts: str) -> str:
        """What a person sees now; empty when nothing."""
        status = self._statuses.get((channel_id, thread_ts))
        if status is None or self._clock.now() - status.set_at >= STATUS_SECONDS:
            return ""
        return status.text

    def message_posted(self, channel_id: str, thread_ts: str | None) -> None:
        """The app has answered: its status goes."""
        self._statuses.pop((channel_id, thread_ts or ""), None)
