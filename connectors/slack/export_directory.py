"""Who is who and what is where in an export: ``users.json``, ``channels.json`` and so on; any may be missing."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connectors.events import ChannelRef, PersonRef, Visibility
from connectors.slack.channel_refs import channel_ref, is_external
from connectors.slack.export_archive import ExportArchive
from connectors.slack.export_json import BrokenJsonError, NotAListError, items
from connectors.slack.export_skipped import SkippedParts
from connectors.slack.fields import Payload, first_text, is_set, object_of, text_of, texts_of, without_controls
from connectors.slack.ids import channel_id
from connectors.slack.person_refs import SLACKBOT, described_person, person_ref

INDEX_VISIBILITY: dict[str, Visibility] = {
    "channels.json": "public",
    "groups.json": "private",
    "mpims.json": "private",
    "dms.json": "direct",
}
"""Lists of conversations. A group direct message counts as a private channel: members only, several of them."""
USER_LISTS = ("users.json", "org_users.json")

_PRIVACY: dict[Visibility, int] = {"public": 0, "private": 1, "direct": 2}
_DIRECT_ID = re.compile(r"D[A-Z0-9]{7,}")
_ID_LIMIT = 100
_NAME_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A channel of the export; ``members`` is None when no list names them."""

    slack_id: str
    ref: ChannelRef
    members: tuple[str, ...] | None
    created: str = ""


class ExportDirectory:
    """Looks up people and channels; also learns people from the messages themselves (``user_profile``)."""

    def __init__(self, archive: ExportArchive, *, skipped: SkippedParts) -> None:
        self._skipped = skipped
        self._archive = archive
        users = list(self._user_payloads())
        teams = Counter(team for user in users if (team := text_of(user, "team_id")))
        self.workspace_id = without_controls(teams.most_common(1)[0][0], limit=_ID_LIMIT) if teams else ""
        self._people: dict[str, PersonRef] = {SLACKBOT: person_ref(SLACKBOT, "Slackbot", is_bot=True)}
        self._learned: dict[str, PersonRef] = {}
        for user in users:
            self._add_user(user)
        self._by_id: dict[str, Conversation] = {}
        self._by_folder: dict[str, list[Conversation]] = {}
        for name, visibility in INDEX_VISIBILITY.items():
            for payload in self._index(name):
                self._add_conversation(payload, visibility)
        if "channels.json" not in archive.entries:
            skipped.add("channels.json", "index_missing")
        if not any(name in archive.entries for name in USER_LISTS):
            skipped.add("users.json", "index_missing")

    # people

    def person(self, user_id: str, message: Payload | None = None) -> PersonRef:
        """The person: as listed, else as the message describes them, else under the bare id."""
        known = self._people.get(user_id)
        if known is not None:
            return known
        user_id = without_controls(user_id, limit=_ID_LIMIT)
        if message is not None:
            described = self._described(user_id, message)
            if described is not None:
                self._learned[user_id] = described
                return described
        # Nothing is known: count as a guest, who sees only channels that list them as a member.
        return self._learned.get(user_id) or person_ref(user_id, "", is_guest=True)

    def bot(self, bot_id: str, name: str) -> PersonRef:
        """An integration without a user of its own."""
        bot_id = without_controls(bot_id, limit=_ID_LIMIT)
        return person_ref(bot_id, name, is_bot=True)

    def person_name(self, user_id: str) -> str | None:
        """For mentions in texts."""
        known = self._people.get(user_id) or self._learned.get(user_id)
        return known.name if known else None

    def _described(self, user_id: str, message: Payload) -> PersonRef | None:
        profile = object_of(message, "user_profile") or object_of(message, "bot_profile")
        name = first_text(profile, "display_name", "real_name", "name") or first_text(message, "username")
        if not name:
            return None
        team = text_of(profile, "team") or text_of(message, "user_team")
        return person_ref(
            user_id,
            name,
            is_bot=bool(object_of(message, "bot_profile")) or text_of(message, "subtype") == "bot_message",
            is_guest=is_set(profile, "is_restricted")
            or is_set(profile, "is_ultra_restricted")
            or self._is_foreign(team),
        )

    def _add_user(self, user: Payload) -> None:
        user_id = without_controls(text_of(user, "id"), limit=_ID_LIMIT)
        if not user_id:
            return
        self._people[user_id] = described_person(user_id, user, workspace_id=self.workspace_id)

    def _is_foreign(self, team: str) -> bool:
        return bool(team and self.workspace_id and team != self.workspace_id)

    def _user_payloads(self) -> Iterator[Payload]:
        for name in USER_LISTS:
            yield from self._index(name)

    # channels

    @property
    def conversations(self) -> Iterable[Conversation]:
        """All that the lists name, whether or not they have messages."""
        return self._by_id.values()

    def channel_name(self, slack_id: str) -> str | None:
        """For mentions in texts; a direct chat has no name of its own there."""
        known = self._by_id.get(slack_id)
        return known.ref.name if known else None

    def conversation(self, folder: str) -> Conversation:
        """The channel whose messages lie in ``folder``; an unknown one counts as private, to be safe."""
        known = self._by_id.get(folder)
        if known is not None:
            return known
        named = self._by_folder.get(_folder_key(folder), [])
        if named:
            if len(named) > 1:
                self._skipped.add(folder, "channel_ambiguous")
            return max(named, key=lambda c: (_PRIVACY[c.ref.visibility], not c.ref.archived, c.slack_id))
        self._skipped.add(folder, "channel_unknown")
        slack_id = without_controls(folder, limit=_NAME_LIMIT)
        visibility: Visibility = "direct" if _DIRECT_ID.fullmatch(folder) else "private"
        return Conversation(slack_id=slack_id, ref=self._ref(slack_id, slack_id, visibility), members=None)

    def member_refs(self, conversation: Conversation) -> tuple[PersonRef, ...] | None:
        """The members as people, or None when they are not listed."""
        if conversation.members is None:
            return None
        return tuple(self.person(member) for member in dict.fromkeys(conversation.members))

    def _add_conversation(self, payload: Payload, listed_as: Visibility) -> None:
        slack_id = without_controls(text_of(payload, "id"), limit=_ID_LIMIT)
        if not slack_id:
            return
        members = texts_of(payload, "members") if isinstance(payload.get("members"), list) else None
        external = is_external(payload, workspace_id=self.workspace_id)
        visibility = _visibility(payload, "private" if external and listed_as == "public" else listed_as)
        name = first_text(payload, "name", "name_normalized")
        shown = name or ", ".join(self.person(member).name for member in (members or ())[:9]) or slack_id
        known = self._by_id.get(slack_id)
        if known is not None and _PRIVACY[known.ref.visibility] > _PRIVACY[visibility]:
            return
        conversation = Conversation(
            slack_id=slack_id,
            ref=self._ref(slack_id, shown, visibility, archived=is_set(payload, "is_archived"), external=external),
            members=members,
            created=text_of(payload, "created"),
        )
        self._by_id[slack_id] = conversation
        if name:
            others = [c for c in self._by_folder.get(_folder_key(name), []) if c.slack_id != slack_id]
            self._by_folder[_folder_key(name)] = [*others, conversation]

    def _ref(
        self, slack_id: str, name: str, visibility: Visibility, *, archived: bool = False, external: bool = False
    ) -> ChannelRef:
        return channel_ref(
            channel_id(slack_id),
            name,
            visibility,
            workspace_id=self.workspace_id,
            archived=archived,
            external=external,
        )

    def _index(self, name: str) -> Iterator[Payload]:
        entry = self._archive.entries.get(name)
        raw = self._archive.read(entry) if entry else None
        if raw is None:
            return
        try:
            for item, _ in items(raw):
                if isinstance(item, dict):
                    yield item
        except BrokenJsonError:
            self._skipped.add(name, "broken_json")
        except NotAListError:
            self._skipped.add(name, "not_a_list")


def _visibility(payload: Payload, listed_as: Visibility) -> Visibility:
    """The more private of what the list says and what the entry says."""
    if is_set(payload, "is_im"):
        return "direct"
    if listed_as == "public" and any(is_set(payload, key) for key in ("is_private", "is_group", "is_mpim")):
        return "private"
    return listed_as


def _folder_key(name: str) -> str:
    """Folder and channel names meet in this form: packing tools decompose accents, and case may differ."""
    return unicodedata.normalize("NFC", name).casefold()
