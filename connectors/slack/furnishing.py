"""What a workspace is furnished with: its site, and every part that acts in it."""

from dataclasses import replace
from functools import partial
from typing import Any

import aiohttp

from connectors.live_host import LiveHost
from connectors.owned_tasks import OwnedTasks
from connectors.slack.again import Again
from connectors.slack.api import SlackApi
from connectors.slack.asking import Asking
from connectors.slack.cards import Cards
from connectors.slack.channel_settings import ChannelSettings
from connectors.slack.configuration import SlackConfiguration
from connectors.slack.directory import SlackDirectory
from connectors.slack.feedback import Feedback
from connectors.slack.fetching import Fetching
from connectors.slack.home import Home
from connectors.slack.identity import Identity
from connectors.slack.meant import Meant
from connectors.slack.memberships import SlackMemberships
from connectors.slack.posting import Posting
from connectors.slack.profiles import Profiles
from connectors.slack.reading import Reading
from connectors.slack.searching import Searching
from connectors.slack.sharing import Sharing
from connectors.slack.shortcuts import Shortcuts
from connectors.slack.site import Site
from connectors.slack.slash_commands import SlashCommands
from connectors.slack.surface import Surface
from connectors.slack.ticks import Ticks
from connectors.slack.translating import SlackTranslator
from connectors.slack.workspace import Parts


def furnish(
    *,
    me: Identity,
    configuration: SlackConfiguration,
    host: LiveHost,
    api: SlackApi,
    tasks: OwnedTasks,
    token: str,
    session: aiohttp.ClientSession,
) -> tuple[Site, Parts]:
    """Put them together; nothing runs yet."""
    site, directory, memberships = _site(me, configuration, host, api, tasks)
    profiles, surface = Profiles(site), Surface(site)
    fetching = Fetching(site, token=token, session=session)
    reading = Reading(site, wanted=partial(fetching.want, history=True))
    again = Again(site, profiles)
    asking = Asking(site, surface=surface, profiles=profiles, again=again)
    commands = SlashCommands(site, profiles, surface)
    feedback, home = Feedback(site, profiles), Home(site, profiles)

    async def reconcile() -> None:
        tasks.spawn(memberships.reconcile(), name="reconcile memberships")

    parts = Parts(
        listeners=[reading, fetching, feedback, Ticks(site, profiles), commands, home, asking],
        registering=[
            feedback,
            commands,
            Cards(site, profiles),
            again,
            Meant(site, profiles),
            Sharing(site, profiles, surface),
            Shortcuts(site, profiles, surface),
            Searching(site, profiles),
            home,
            ChannelSettings(site, home, profiles),
        ],
        poster=Posting(site),
        starting=[directory.load, fetching.start, asking.start, commands.start, reconcile],
        missed=reading.missed,
    )
    return site, parts


def _site(
    me: Identity, configuration: SlackConfiguration, host: LiveHost, api: SlackApi, tasks: OwnedTasks
) -> tuple[Site, SlackDirectory, SlackMemberships]:
    """The directory and the memberships are made of a site that has no directory yet."""
    not_yet: Any = None
    bare = Site(
        me=me,
        configuration=configuration,
        host=host,
        api=api,
        tasks=tasks,
        directory=not_yet,
        memberships=not_yet,
        translator=not_yet,
    )
    directory = SlackDirectory(bare)
    memberships = SlackMemberships(bare, directory)
    translator = SlackTranslator(me, configuration, directory)
    return replace(bare, directory=directory, memberships=memberships, translator=translator), directory, memberships
