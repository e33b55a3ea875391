"""api.*, apps.*, auth.*, bots.*, team.*: what an app asks about itself and its workspace."""

from tests.fakes.slack.call import Call
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.methods import method


@method("api.test", takes="error foo", token="none", tier="none")
def api_test(call: Call) -> Json:
    """Answers what it was asked."""
    error = call.arguments.optional_text("error")
    if error:
        raise Refused(error, args=dict(call.arguments.values))
    return {"args": dict(call.arguments.values)}


@method("auth.test", tier="none")
def auth_test(call: Call) -> Json:
    """Who the token is."""
    installation = call.installation
    return {
        "url": f"https://{call.workspace.domain}.slack.com/",
        "team": call.workspace.name,
        "user": call.bot.name,
        "team_id": call.workspace.id,
        "user_id": call.bot.id,
        "bot_id": installation.bot_id,
        "app_id": installation.app.id,
        "is_enterprise_install": False,
    }


@method("auth.revoke", takes="test")
def auth_revoke(call: Call) -> Json:
    """The end of this token."""
    if not call.arguments.flag("test"):
        call.installation.is_revoked = True
    return {"revoked": not call.arguments.flag("test")}


@method("apps.connections.open", token="app", must_post=True)
def open_connection(call: Call) -> Json:
    """The one-time address of a socket."""
    app = call.app
    assert app is not None, "the method takes an app token"
    if "connections:write" not in app.app_token_scopes:
        provided = ",".join(sorted(app.app_token_scopes))
        raise Refused("missing_scope", needed="connections:write", provided=provided)
    if not app.socket_mode_enabled:
        raise Refused("forbidden_team")
    return {"url": call.world.sockets.new_url(app)}


@method("apps.event.authorizations.list", takes="event_context! cursor limit", token="app", tier="tier4")
def list_authorizations(call: Call) -> Json:
    """All installations that see an event; here those of the app."""
    app = call.app
    assert app is not None, "the method takes an app token"
    if "authorizations:read" not in app.app_token_scopes:
        provided = ",".join(sorted(app.app_token_scopes))
        raise Refused("missing_scope", needed="authorizations:read", provided=provided)
    seen = [
        {
            "enterprise_id": None,
            "team_id": i.workspace.id,
            "user_id": i.bot.id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        for i in call.world.installations
        if i.app is app
    ]
    return {"authorizations": seen, "response_metadata": {"next_cursor": ""}}


@method("bots.info", takes="bot", scopes="users:read")
def bots_info(call: Call) -> Json:
    """From B… to app and user."""
    bot_id = call.arguments.optional_text("bot") or call.installation.bot_id
    for person in call.workspace.people.values():
        if person.bot_id == bot_id:
            bot = {"id": bot_id, "deleted": person.deleted, "name": person.real_name, "updated": person.updated}
            return {"bot": bot | {"app_id": person.app_id, "user_id": person.id, "icons": {}}}
    raise Refused("bot_not_found")


@method("team.info", takes="team domain", scopes="team:read")
def team_info(call: Call) -> Json:
    """The workspace."""
    wanted = call.arguments.optional_text("team")
    if wanted not in (None, call.workspace.id):
        raise Refused("team_not_found")
    domain = call.workspace.domain
    team = {"id": call.workspace.id, "name": call.workspace.name, "domain": domain, "email_domain": "", "icon": {}}
    return {"team": team | {"url": f"https://{domain}.slack.com/"}}
