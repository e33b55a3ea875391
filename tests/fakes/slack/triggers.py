"""trigger_id: good for three seconds and for one view."""

from dataclasses import dataclass

from tests.fakes.slack.app import App
from tests.fakes.slack.clock import Clock
from tests.fakes.slack.errors import Refused
from tests.fakes.slack.ids import Ids
from tests.fakes.slack.views import View

LIFETIME_S = 3.0


@dataclass(kw_only=True)
class Trigger:
    """What somebody did; ``view`` is the modal it was done in."""

    id: str
    app: App
    person_id: str
    made_at: float
    view: View | None
    is_used: bool = False


class Triggers:
    """Hands them out and takes them back once."""

    def __init__(self, *, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._by_id: dict[str, Trigger] = {}

    def new(self, app: App, person_id: str, *, view: View | None = None) -> str:
        """For the payload of an interaction."""
        number = self._ids.number("trigger")
        trigger = Trigger(
            id=f"{number}.{7000 + number}.{self._ids.envelope().replace('-', '')}",
            app=app,
            person_id=person_id,
            made_at=self._clock.now(),
            view=view,
        )
        self._by_id[trigger.id] = trigger
        return trigger.id

    def use(self, trigger_id: str, app: App) -> Trigger:
        """Exchange it."""
        trigger = self._by_id.get(trigger_id)
        if trigger is None or trigger.app is not app:
            raise Refused("invalid_trigger_id")
        if trigger.is_used:
            raise Refused("exchanged_trigger_id")
        if self._clock.now() - trigger.made_at >= LIFETIME_S * self._clock.patience:
            raise Refused("expired_trigger_id")
        trigger.is_used = True
        return trigger
