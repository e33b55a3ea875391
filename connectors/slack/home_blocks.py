"""The home tab as blocks: what is kept, when digests come, the latest files, and how to ask."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final

from connectors.connector import Language, Notice
from connectors.events import ChannelId
from connectors.live_host import ArchivedChannel, HomeView, SharedFileView
from connectors.slack.formatting import escaped, link, small
from connectors.slack.home_texts import HomeText, home_text
from connectors.slack.identity import Identity
from connectors.slack.kit import Block, actions, button, context, divider, header, option, section
from connectors.slack.searching import OPEN_SEARCH
from connectors.slack.splitting import cut

CHANNELS: Final = 40
"""With everything else they stay below the hundred blocks that Slack takes."""
SETTINGS: Final = "home_settings"
REFRESH: Final = "home_refresh"
_FILES: Final = 10
_DIGESTS: Final = 10
_WORDS: Final = 200

SlackChannel = Callable[[ChannelId], str]


def home_view(view: HomeView, *, me: Identity, language: Language, slack_channel: SlackChannel, now: datetime) -> Block:
    """Everything for one person; ``slack_channel`` gives Slack's id of a channel."""
    blocks = [
        *_head(me, language),
        divider(),
        header(home_text("channels", language)),
        *_channels(view, me, language, slack_channel),
        *(_more(view, language) if view.channels or view.digests else ()),
        context(home_text("foot", language, time=_time(now, "{date_short_pretty} {time}"))),
    ]
    return {"type": "home", "callback_id": "home", "blocks": blocks}


def _more(view: HomeView, language: Language) -> Iterator[Block]:
    yield divider()
    yield header(home_text("digests", language))
    yield section(_digests(view, language))
    yield divider()
    yield header(home_text("files", language))
    yield section(_files(view.files, language))


def home_notice(notice: Notice, *, me: Identity, language: Language) -> Block:
    """How to ask, and why there is no more to see now."""
    blocks = [*_head(me, language), divider(), section(escaped(f"{notice.sentence} {notice.hint}".strip()))]
    return {"type": "home", "callback_id": "home", "blocks": blocks}


def _head(me: Identity, language: Language) -> Iterator[Block]:
    mention = f"<@{me.bot_user_id}>"
    ways: tuple[HomeText, ...] = ("how_mention", "how_direct", "how_command", "how_shortcut")
    yield header(home_text("title", language, bot=cut(me.bot_name, 60), workspace=cut(me.workspace_name, 60)))
    lines = [home_text("intro", language), *(f"•  {home_text(way, language, mention=mention)}" for way in ways)]
    yield section("\n".join(lines))
    yield actions(
        [
            button(home_text("search", language), action_id=OPEN_SEARCH, style="primary"),
            button(home_text("refresh", language), action_id=REFRESH),
        ]
    )


def _channels(view: HomeView, me: Identity, language: Language, slack_channel: SlackChannel) -> Iterator[Block]:
    if not view.channels:
        how = home_text("empty_how", language, bot=small(me.bot_name))
        yield section(f"*{home_text('empty', language)}*\n{how}")
        return
    for channel in view.channels[:CHANNELS]:
        yield _channel(channel, slack_channel(channel.channel_id), language)
    left = view.channels_left_out + len(view.channels[CHANNELS:])
    if left:
        yield context(home_text("channels_left", language, count=left))


def _channel(channel: ArchivedChannel, slack_id: str, language: Language) -> Block:
    counts: HomeText = "channel" if channel.files else "messages_only"
    facts = [home_text(counts, language, messages=f"{channel.messages:,}", files=f"{channel.files:,}")]
    if channel.since is not None:
        facts.append(home_text("since", language, date=_time(channel.since, "{date_short}")))
    facts.append(home_text("complete" if channel.complete else "reading", language))
    more = [home_text("listens", language)] if channel.answers_unasked else []
    if channel.digest:
        more.append(home_text("digest_at", language, when=small(cut(channel.digest, _WORDS))))
    lines = [f"*<#{slack_id}>*", " · ".join(facts), *([" · ".join(more)] if more else [])]
    return section("\n".join(lines), accessory=_settings(channel, slack_id, language) if channel.may_change else None)


def _settings(channel: ArchivedChannel, slack_id: str, language: Language) -> Block:
    listening: HomeText = "listen_off" if channel.answers_unasked else "listen_on"
    return {
        "type": "overflow",
        "action_id": SETTINGS,
        "options": [
            option(home_text(listening, language), f"{listening}:{slack_id}"),
            option(home_text("set_digest", language), f"digest:{slack_id}"),
        ],
    }


def _digests(view: HomeView, language: Language) -> str:
    if not view.digests:
        return home_text("no_digests", language)
    return "\n".join(f"•  {small(cut(line, _WORDS))}" for line in view.digests[:_DIGESTS])


def _files(files: tuple[SharedFileView, ...], language: Language) -> str:
    if not files:
        return home_text("no_files", language)
    return "\n".join(_file(file, language) for file in files[:_FILES])


def _file(file: SharedFileView, language: Language) -> str:
    where = home_text(
        "file",
        language,
        channel=small(f"#{cut(file.channel_name, 60)}"),
        author=small(cut(file.author, 40)),
        date=_time(file.shared_at, "{date_short}"),
    )
    return f"📄 {link(file.permalink, cut(' '.join(file.name.split()), 80))} · {where}"


def _time(moment: datetime, shape: str) -> str:
    """In the reader's own time zone and language."""
    at = moment.astimezone(UTC)
    return f"<!date^{int(at.timestamp())}^{shape}|{at:%Y-%m-%d}>"
