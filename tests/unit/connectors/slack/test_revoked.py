"""What means that the bot was thrown out of this workspace, and what does not."""

from typing import Any

import pytest

from connectors.slack.identity import Identity
from connectors.slack.revoked import THROWN_OUT, Revoked

ME = Identity(
    workspace_id="T1",
    enterprise_id=None,
    workspace_name="acme",
    url="https://acme.slack.com/",
    bot_user_id="UBOT",
    bot_id="B1",
    app_id="A1",
    bot_name="Shiguang",
    scopes=frozenset(),
)


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"type": "app_uninstalled"}, "app_uninstalled"),
        ({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["UBOT"]}}, "tokens_revoked"),
        ({"type": "tokens_revoked", "tokens": {"oauth": ["UBOT"], "bot": []}}, None),
        ({"type": "tokens_revoked", "tokens": {"bot": ["UOTHER"]}}, None),
        ({"type": "tokens_revoked"}, None),
        ({"type": "team_access_revoked", "team_ids": ["T1"]}, "team_access_revoked"),
        ({"type": "team_access_revoked", "team_ids": ["T2"]}, None),
        ({"type": "message", "text": "app_uninstalled"}, None),
        ({}, None),
    ],
)
async def test_only_what_concerns_the_bot_ends_it(event: dict[str, Any], reason: str | None) -> None:
    ends: list[str] = []
    await Revoked(ME, ends.append).heard(event, {"event": event})
    assert ends == ([reason] if reason else [])
    assert set(ends) <= THROWN_OUT
