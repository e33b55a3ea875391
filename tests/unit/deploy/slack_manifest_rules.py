"""What Slack accepts in an app manifest, as far as ours goes: names, types and limits of the public schema 2.0.0.

That schema is ``schemas/manifest.schema.2.0.0.json`` of the repository slackapi/manifest-schema (MIT licence, as of
July 2026). It is in no package, and its text is not copied here: this states in our own words what it allows for the
keys that we use, and forbids every other key. Beside a copy of the original, the manifest is held to that as well; see
``test_slack_manifest.py``.
"""

from typing import Any


def text(most: int, *, least: int = 1, pattern: str = "") -> dict[str, Any]:
    """A string of so many characters."""
    return {"type": "string", "minLength": least, "maxLength": most} | ({"pattern": pattern} if pattern else {})


def closed(required: str = "", **properties: Any) -> dict[str, Any]:
    """An object with these keys and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def many(item: dict[str, Any], most: int, *, least: int = 0) -> dict[str, Any]:
    """A list of different things."""
    return {"type": "array", "items": item, "minItems": least, "maxItems": most, "uniqueItems": True}


FLAG = {"type": "boolean"}
WEB_ADDRESS = "^https?://"

RULES = closed(
    "display_information",
    _metadata=closed(major_version={"const": 2}, minor_version={"type": "integer"}),
    display_information=closed(
        "name",
        name=text(35),
        description=text(140),
        background_color=text(7, least=4, pattern="^#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?$"),
    ),
    features=closed(
        app_home=closed(home_tab_enabled=FLAG, messages_tab_enabled=FLAG, messages_tab_read_only_enabled=FLAG),
        bot_user=closed("display_name", display_name=text(80), always_online=FLAG),
        agent_view=closed(
            agent_description=text(300),
            suggested_prompts=many(
                closed("title message", title={"type": "string"}, message={"type": "string"}), most=4
            ),
        ),
        slash_commands=many(
            closed(
                "command description",
                command=text(32, least=2, pattern="^/"),
                description=text(2000),
                usage_hint=text(1000),
                should_escape=FLAG,
                url=text(3000, pattern=WEB_ADDRESS),
            ),
            most=50,
            least=1,
        ),
        shortcuts=many(
            closed(
                "name type callback_id description",
                name=text(24),
                type={"enum": ["message", "global"]},
                callback_id=text(255),
                description=text(150),
            ),
            most=10,
            least=1,
        ),
    ),
    oauth_config=closed(scopes=closed(bot=many(text(50), most=255), bot_optional=many(text(50), most=255))),
    settings=closed(
        event_subscriptions=closed(request_url=text(3500, pattern=WEB_ADDRESS), bot_events=many(text(50), most=100)),
        interactivity=closed("is_enabled", is_enabled=FLAG, request_url=text(3500, pattern=WEB_ADDRESS)),
        org_deploy_enabled=FLAG,
        socket_mode_enabled=FLAG,
        token_rotation_enabled=FLAG,
    ),
)
