"""Who is in a group, by who spoke there; who was silent for a month is not."""

from datetime import timedelta

from connectors.events import MembershipChanged
from connectors.wecom.ids import group_id, person_id
from connectors.wecom.presence import Presence
from tests.fakes.wecom_site import SAID_AT, ScriptedVoice, WeComSite, answer, message, person, says, wecom_site

GROUP = group_id("wrPUMPS")


async def _members(it: WeComSite) -> list[str]:
    return [member.name for member in await it.host.known_members(GROUP)]


async def _sweep(it: WeComSite, *, days: int) -> None:
    presence = Presence(it.site, has_lists=False)
    await presence.load()
    await presence.sweep(now=(SAID_AT + timedelta(days=days)).timestamp())


async def _speak(
    user_id: str, *, days: int, it: WeComSite | None = None, archive_covers_groups: bool = False
) -> WeComSite:
    moment = SAID_AT + timedelta(days=days)
    async with wecom_site(host=it.host if it else None, now=moment, archive_covers_groups=archive_covers_groups) as now:
        now.host.conversing = says(answer("好"))
        heard = message(user_id, "在吗", chat_id="wrPUMPS", said_at=moment)
        await now.conversing.heard(heard, ScriptedVoice())
        return now


async def test_who_is_silent_for_a_month_no_longer_counts_until_they_speak_again() -> None:
    it = await _speak("alice", days=0)
    it = await _speak("bob", days=20, it=it)
    await _sweep(it, days=29)
    assert await _members(it) == ["alice", "bob"]
    await _sweep(it, days=31)
    assert await _members(it) == ["bob"]
    await _sweep(it, days=31)
    it = await _speak("alice", days=32, it=it)
    assert await _members(it) == ["alice", "bob"]


async def test_who_goes_on_speaking_stays() -> None:
    it = await _speak("alice", days=0)
    it = await _speak("alice", days=20, it=it)
    await _sweep(it, days=40)
    assert await _members(it) == ["alice"]
    joined = [event for event in it.host.live if isinstance(event, MembershipChanged)]
    assert len(joined) == 1, "the archive is told of what it does not know yet"


async def test_where_an_archive_has_lists_nobody_is_taken_out_here() -> None:
    it = await _speak("alice", days=0, archive_covers_groups=True)
    assert not [key for _, key in it.host.notebook.notes if key.startswith("spoke:")]
    presence = Presence(it.site, has_lists=True)
    await presence.load()
    await presence.sweep(now=(SAID_AT + timedelta(days=400)).timestamp())
    assert await _members(it) == ["alice"]


async def test_who_presses_is_there_too_but_nobody_joins_a_direct_chat() -> None:
    it = await _speak("alice", days=0)
    presence = Presence(it.site, has_lists=False)
    await presence.load()
    await presence.pressed(GROUP, person("bob"))
    await presence.pressed(GROUP, person("bob"))
    await presence.pressed(group_id("wrUNKNOWN"), person("bob"))
    assert await _members(it) == ["alice", "bob"]
    assert len([event for event in it.host.live if isinstance(event, MembershipChanged)]) == 2
    assert person_id("bob") in it.host.believed.people


async def test_where_an_archive_has_lists_pressing_an_old_card_lets_nobody_in() -> None:
    it = await _speak("alice", days=0, archive_covers_groups=True)
    await Presence(it.site, has_lists=True).pressed(GROUP, person("bob"))
    assert await _members(it) == ["alice"], "who was let out of a group may still see what was said there"
