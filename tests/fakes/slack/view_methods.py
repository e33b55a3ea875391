"""views.*: home tabs and modals."""

from tests.fakes.slack.call import Call
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.hands import Hands
from tests.fakes.slack.methods import method
from tests.fakes.slack.views import View


@method("views.publish", takes="user_id! view! hash", tier="tier4")
def publish(call: Call) -> Json:
    """One person's home tab."""
    if not call.installation.app.home_tab_enabled:
        raise Refused("not_enabled")
    person = call.workspace.people.get(call.arguments.text("user_id"))
    if person is None or person.is_bot:
        raise Refused("invalid_arguments", messages=["invalid `user_id` [json-pointer:/user_id]"])
    content = call.world.views.check(call.arguments.document("view"), types=("home",))
    known = call.arguments.optional_text("hash")
    return _shown(call, call.world.views.publish(call.installation.app.id, person.id, content, known))


@method("views.open", takes="trigger_id interactivity_pointer view!", tier="tier4")
def open_view(call: Call) -> Json:
    """A modal for whoever caused the trigger."""
    content = call.world.views.check(call.arguments.document("view"), types=("modal",))
    trigger = call.world.triggers.use(call.arguments.text("trigger_id"), call.installation.app)
    return _shown(call, call.world.views.push(trigger.person_id, content))


@method("views.push", takes="trigger_id interactivity_pointer view!", tier="tier4")
def push(call: Call) -> Json:
    """On top of the modal in which the trigger arose."""
    content = call.world.views.check(call.arguments.document("view"), types=("modal",))
    trigger = call.world.triggers.use(call.arguments.text("trigger_id"), call.installation.app)
    if trigger.view is None or trigger.view.type != "modal":
        raise Refused("invalid_arguments", messages=["the trigger did not arise in a modal"])
    return _shown(call, call.world.views.push(trigger.person_id, content, onto=trigger.view))


@method("views.update", takes="view! view_id external_id hash", tier="tier4")
def update(call: Call) -> Json:
    """By id or by external id, not both."""
    view_id, external_id = (call.arguments.optional_text(name) for name in ("view_id", "external_id"))
    if (view_id is None) == (external_id is None):
        raise Refused("invalid_arguments", messages=["Provide either `view_id` or `external_id`"])
    view = call.world.views.find(view_id=view_id, external_id=external_id)
    content = call.world.views.check(call.arguments.document("view"), types=(view.type,), replacing=view)
    return _shown(call, call.world.views.update(view, content, call.arguments.optional_text("hash")))


def _shown(call: Call, view: View) -> Json:
    return {"view": Hands(call.world).view_payload(call.installation, view)}
