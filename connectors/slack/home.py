"""The home tab: published when somebody opens it, and again when something on it was changed."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from connectors.slack.errors import MembershipUnknown, SlackAway, SlackError
from connectors.slack.fields import Payload, text_of
from connectors.slack.home_blocks import CHANNELS, REFRESH, home_notice, home_view
from connectors.slack.kit import Block
from connectors.slack.pressing import press_of
from connectors.slack.profiles import Profile, Profiles
from connectors.slack.saying import notice
from connectors.slack.site import Site

_log = logging.getLogger(__name__)


class Home:
    """One page for each person, made of what this person may read, and made anew each time."""

    def __init__(
        self,
        site: Site,
        profiles: Profiles | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._site = site
        self._profiles = profiles or Profiles(site)
        self._now = now
        self._publishing: dict[str, bool] = {}
        """Whose page is being made, and whether it is wanted once more after that."""

    def register(self, app: AsyncApp) -> None:
        """Listen to the button that makes it anew."""
        app.action(REFRESH)(self._pressed)

    async def heard(self, event: Payload, body: Payload) -> None:
        """Somebody opened it."""
        if text_of(event, "type") == "app_home_opened" and text_of(event, "tab") == "home":
            self.refresh(text_of(event, "user"))

    def refresh(self, user_id: str) -> None:
        """Make it anew; returns at once. Wanted several times while it is made, it is made once more."""
        if user_id in self._publishing:
            self._publishing[user_id] = True
            return
        self._publishing[user_id] = False
        self._site.tasks.spawn(self._publish(user_id), name="home")

    async def _pressed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        self.refresh(press_of(body).user_id)

    async def _publish(self, user_id: str) -> None:
        try:
            await self._publish_now(user_id)
            while self._publishing.get(user_id):
                self._publishing[user_id] = False
                await self._publish_now(user_id)
        except (SlackError, SlackAway) as error:
            _log.warning("a home tab could not be published: %s", error)
        finally:
            self._publishing.pop(user_id, None)

    async def _publish_now(self, user_id: str) -> None:
        site = self._site
        profile = await self._profiles.of(user_id)
        shown = await self._view(user_id, profile)
        await site.api.call("views.publish", user_id=user_id, view=shown)

    async def _view(self, user_id: str, profile: Profile) -> Block:
        site, language = self._site, profile.language
        try:
            await site.memberships.refresh_person(user_id)
        except MembershipUnknown:
            return home_notice(notice("slack_membership_unknown", language), me=site.me, language=language)
        view = await site.host.home(
            profile.person, workspace_id=site.me.workspace_id, language=language, channels=CHANNELS
        )
        return home_view(
            view, me=site.me, language=language, slack_channel=site.directory.slack_channel, now=self._now()
        )
