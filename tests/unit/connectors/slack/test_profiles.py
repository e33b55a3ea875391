"""Who somebody is to the bot, over the fake Slack."""

import asyncio

import pytest

from connectors.events import PersonRef
from connectors.slack.profiles import Profiles, language_of_locale
from tests.fakes.slack_site import slack_site


@pytest.mark.parametrize(
    ("locale", "language"), [("zh-CN", "zh"), ("zh-TW", "zh"), ("en-US", "en"), ("ja-JP", "en"), ("", "en")]
)
def test_the_language_is_that_of_the_locale(locale: str, language: str) -> None:
    assert language_of_locale(locale) == language


async def test_people_are_looked_up_once_an_hour() -> None:
    async with slack_site() as it:
        profiles = Profiles(it.site)
        for _ in range(3):
            profile = await profiles.of(it.ann.id)
        assert (profile.language, profile.is_outsider, profile.person.person_id) == ("zh", False, f"slack:{it.ann.id}")
        calls = it.slack.journal.calls("users.info")
        assert sum("include_locale" in call.arguments for call in calls) == 1


async def test_people_of_other_organisations_are_outsiders() -> None:
    async with slack_site() as it:
        profiles = Profiles(it.site)
        eve = it.workspace.add_person("eve", team_id="TOTHER")
        stranger = it.workspace.add_person("stranger", is_stranger=True)
        assert (await profiles.of(eve.id)).is_outsider
        assert (await profiles.of(stranger.id)).is_outsider


@pytest.mark.parametrize(("team_id", "is_outsider"), [("", False), ("TOTHER", True)])
async def test_who_cannot_be_looked_up_in_time_is_a_guest(team_id: str, is_outsider: bool) -> None:
    async with slack_site() as it:

        async def never(user_id: str) -> PersonRef:
            await asyncio.Event().wait()
            raise AssertionError

        it.site.directory.person = never  # type: ignore[method-assign]  # Slack is slow
        profile = await Profiles(it.site).of(it.ann.id, team_id=team_id)
        assert (profile.person.is_guest, profile.language, profile.is_outsider) == (True, "en", is_outsider)
