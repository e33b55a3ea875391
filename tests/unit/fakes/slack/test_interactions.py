"""Buttons, commands, shortcuts, forms and the home tab, answered by a real Bolt app over its socket."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp

from tests.fakes.slack import Message
from tests.fakes.slack.views import View
from tests.unit.fakes.slack.conftest import Home
from tests.unit.fakes.slack.connecting import running_bolt
from tests.unit.fakes.slack.refusing import error, refusal

FEEDBACK = {
    "type": "context_actions",
    "block_id": "fb:1",
    "elements": [
        {
            "type": "feedback_buttons",
            "action_id": "answer_feedback",
            "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "up:1"},
            "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "down:1"},
        }
    ],
}
MENU = {
    "type": "static_select",
    "action_id": "kind",
    "options": [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("a", "b")],
}


def modal(**more: Any) -> dict[str, Any]:
    question = {
        "type": "input",
        "block_id": "why",
        "label": {"type": "plain_text", "text": "Why?"},
        "element": {"type": "plain_text_input", "action_id": "text"},
    }
    title, submit = ({"type": "plain_text", "text": text} for text in ("Reason", "Send"))
    return {"type": "modal", "callback_id": "reason", "title": title, "submit": submit, "blocks": [question], **more}


@pytest.fixture
async def bolt(home: Home) -> AsyncIterator[AsyncApp]:
    app = AsyncApp(client=home.client)

    @app.event(re.compile(".*"))
    async def any_event() -> None:
        pass

    async with running_bolt(home, app):
        yield app


async def answer_with(home: Home, *blocks: dict[str, Any]) -> Message:
    posted = await home.client.chat_postMessage(channel=home.general.id, text="An answer", blocks=list(blocks))
    return home.general.messages[posted["ts"]]


async def test_feedback_carries_only_the_pressed_sides_value(home: Home, bolt: AsyncApp) -> None:
    bodies: list[dict[str, Any]] = []

    @bolt.action("answer_feedback")
    async def judged(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        bodies.append(body)

    message = await answer_with(home, FEEDBACK)
    for negative in (False, True):
        home.slack.hands.press(home.ann, message, "answer_feedback", negative=negative)
        await home.slack.acknowledged()  # Bolt asks who it is first, so presses at once may overtake each other.
    await home.slack.journal.until(lambda: len(bodies) == 2)
    assert [body["actions"][0]["value"] for body in bodies] == ["up:1", "down:1"]
    action = bodies[0]["actions"][0]
    assert (action["type"], action["block_id"], action["text"]["text"]) == ("feedback_buttons", "fb:1", "Good")
    container = {"type": "message", "message_ts": message.ts, "channel_id": home.general.id, "is_ephemeral": False}
    assert bodies[0]["container"] == container
    assert bodies[0]["message"]["bot_id"] == home.installation.bot_id


async def test_what_was_pressed_can_be_taken_away_after_more_was_said(home: Home, bolt: AsyncApp) -> None:
    @bolt.action("answer_feedback")
    async def judged(ack: Any, respond: Any) -> None:
        await ack()
        await respond("thanks", replace_original=False)
        await respond(delete_original=True)

    message = await answer_with(home, FEEDBACK)
    home.slack.hands.press(home.ann, message, "answer_feedback")
    await home.slack.journal.until(lambda: message.ts not in home.general.messages)
    assert [whispered.text for whispered in home.slack.bot_messages.ephemeral] == ["thanks"]


async def test_a_menu_carries_the_option(home: Home) -> None:
    message = await answer_with(home, {"type": "actions", "elements": [MENU]})
    delivery = home.slack.hands.press(home.ann, message, "kind", choose="b")
    assert delivery.payload["actions"][0]["selected_option"]["value"] == "b"
    with pytest.raises(AssertionError, match="no option"):
        home.slack.hands.press(home.ann, message, "kind", choose="c")
    with pytest.raises(AssertionError, match="nothing to press"):
        home.slack.hands.press(home.ann, message, "other")


async def test_an_unacknowledged_interaction_is_not_sent_again(home: Home) -> None:
    message = await answer_with(home, FEEDBACK)
    delivery = home.slack.hands.press(home.ann, message, "answer_feedback")
    home.slack.clock.advance(400)
    assert (delivery.state, len(delivery.attempts)) == ("failed", 1)
    assert "operation_timeout" in [refusal.error for refusal in home.slack.journal.refusals]


async def test_a_command_is_answered_in_the_acknowledgement_and_by_its_url(home: Home, bolt: AsyncApp) -> None:
    commands: list[dict[str, Any]] = []

    @bolt.command("/shiguang")
    async def command(ack: Any, respond: Any, command: dict[str, Any]) -> None:
        await ack("Searching…")
        commands.append(command)
        await respond("Found", response_type="in_channel")
        await respond("for you", replace_original=True)

    line = f"/shiguang ask <@{home.bo.id}> in <#{home.random.id}>"
    delivery = home.slack.hands.run_command(home.ann, home.installation, home.random, line)
    await home.slack.acknowledged()
    await home.slack.journal.until(
        lambda: len(commands) == 1 and home.slack.bot_messages.ephemeral[0].text == "for you"
    )
    assert delivery.answer == {"text": "Searching…"}
    assert commands[0]["text"] == f"ask <@{home.bo.id}|bo> in <#{home.random.id}|random>"
    assert (commands[0]["channel_name"], commands[0]["is_enterprise_install"]) == ("random", "false")
    assert [message.text for message in home.random.messages.values()] == ["Found"], "though the bot is no member"
    assert home.slack.journal.refusals == []


async def test_without_should_escape_mentions_are_names(home: Home) -> None:
    delivery = home.slack.hands.run_command(home.ann, home.installation, home.general, f"/plain <@{home.bo.id}> x")
    assert delivery.payload["text"] == "@bo x"
    with pytest.raises(AssertionError, match="no command"):
        home.slack.hands.run_command(home.ann, home.installation, home.general, "/other")


async def test_a_bad_answer_to_a_command_is_refused(home: Home, bolt: AsyncApp) -> None:
    @bolt.command("/shiguang")
    async def command(ack: Any) -> None:
        await ack(blocks=[{"type": "invented"}], text="x")

    home.slack.hands.run_command(home.ann, home.installation, home.general, "/shiguang help")
    await home.slack.acknowledged()
    assert [(refusal.surface, refusal.error) for refusal in home.slack.journal.refusals] == [("ack", "invalid_blocks")]


async def test_a_response_url_works_five_times_for_half_an_hour(home: Home) -> None:
    session = home.client.session
    assert session is not None

    async def respond(url: str, **body: Any) -> tuple[int, str]:
        async with session.post(url, json=body) as answer:
            return answer.status, await answer.text()

    def new_url() -> str:
        delivery = home.slack.hands.run_command(home.ann, home.installation, home.general, "/shiguang")
        return str(delivery.payload["response_url"])

    url = new_url()
    assert (await respond(url, text="x", color="red"))[0] == 400
    assert [await respond(url, text=str(number)) for number in range(4)] == [(200, "ok")] * 4
    assert "used_url" in (await respond(url, text="x"))[1]
    late = new_url()
    home.slack.clock.advance(1800)
    assert "expired_url" in (await respond(late, text="x"))[1]
    assert (await respond(late + "x", text="x"))[0] == 404
    message = await answer_with(home, FEEDBACK)
    pressed = home.slack.hands.press(home.ann, message, "answer_feedback").payload["response_url"]
    await respond(pressed, text="changed", replace_original=True)
    assert message.text == "changed"
    await respond(pressed, delete_original=True)
    assert message.ts not in home.general.messages


async def test_a_shortcut_opens_a_form_that_complains_and_closes(home: Home, bolt: AsyncApp) -> None:
    opened: list[dict[str, Any]] = []
    submitted: list[str] = []

    @bolt.shortcut("keep")
    async def keep(ack: Any, shortcut: dict[str, Any], client: Any) -> None:
        await ack()
        answer = await client.views_open(trigger_id=shortcut["trigger_id"], view=modal(private_metadata="m"))
        opened.append(answer["view"])
        home.slack.journal.stir()

    @bolt.view("reason")
    async def reason(ack: Any, view: dict[str, Any]) -> None:
        text = view["state"]["values"]["why"]["text"]["value"]
        submitted.append(text)
        if text:
            await ack()
        else:
            await ack(response_action="errors", errors={"why": "Say something"})

    message = home.slack.people.post(home.bo, home.general, "a decision")
    home.slack.hands.use_message_shortcut(home.ann, home.installation, message, "keep")
    await home.slack.journal.until(lambda: opened)
    view = home.slack.views.open[opened[0]["id"]]
    assert view.content["private_metadata"] == "m"
    for text in ("", "because"):
        values = {"why": {"text": {"type": "plain_text_input", "value": text}}}
        home.slack.hands.submit(home.ann, home.installation, view, values)
        await home.slack.acknowledged()
        assert (view.id in home.slack.views.open) == (text == "")
    assert submitted == ["", "because"]
    assert home.slack.journal.refusals == []


async def test_a_trigger_is_good_once_and_for_three_seconds(home: Home) -> None:
    def trigger() -> str:
        delivery = home.slack.hands.use_shortcut(home.ann, home.installation, "find")
        return str(delivery.payload["trigger_id"])

    first = trigger()
    await home.client.views_open(trigger_id=first, view=modal())
    assert await error(home.client.views_open(trigger_id=first, view=modal())) == "exchanged_trigger_id"
    late = trigger()
    home.slack.clock.advance(3)
    assert await error(home.client.views_open(trigger_id=late, view=modal())) == "expired_trigger_id"
    assert await error(home.client.views_open(trigger_id="1.2.x", view=modal())) == "invalid_trigger_id"


async def test_modals_stack_three_deep_and_are_updated_by_hash(home: Home) -> None:
    first = home.slack.hands.use_shortcut(home.ann, home.installation, "find").payload["trigger_id"]
    view = (
        await home.client.views_open(trigger_id=first, view=modal(blocks=[{"type": "actions", "elements": [MENU]}]))
    )["view"]
    for _ in range(2):
        pressed = home.slack.hands.press_in_view(
            home.ann, home.installation, home.slack.views.open[view["id"]], "kind", choose="a"
        )
        answer = await home.client.views_push(
            trigger_id=pressed.payload["trigger_id"], view=modal(blocks=[{"type": "actions", "elements": [MENU]}])
        )
        view = answer["view"]
    pressed = home.slack.hands.press_in_view(
        home.ann, home.installation, home.slack.views.open[view["id"]], "kind", choose="a"
    )
    deepest = home.client.views_push(trigger_id=pressed.payload["trigger_id"], view=modal())
    assert await error(deepest) == "push_limit_reached"
    newer = await home.client.views_update(view_id=view["id"], view=modal(), hash=view["hash"])
    assert newer["view"]["hash"] != view["hash"]
    stale = home.client.views_update(view_id=view["id"], view=modal(), hash=view["hash"])
    assert await error(stale) == "hash_conflict"
    assert await error(home.client.views_update(view_id="V0", view=modal())) == "not_found"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"title": {"type": "plain_text", "text": "x" * 25}},
            "must be less than 25 characters [json-pointer:/view/title/text]",
        ),
        ({"private_metadata": "x" * 3001}, "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        ({"submit_disabled": True}, "invalid additional property: submit_disabled [json-pointer:/view]"),
        ({"blocks": [{"type": "divider"}] * 101}, "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (
            {"blocks": [{"type": "markdown", "text": "x"}]},
            "unsupported type: markdown (block of a view) [json-pointer:/view/blocks/0/type]",
        ),
    ],
)
async def test_views_have_limits(home: Home, change: dict[str, Any], problem: str) -> None:
    trigger_id = home.slack.hands.use_shortcut(home.ann, home.installation, "find").payload["trigger_id"]
    answer = await refusal(home.client.views_open(trigger_id=trigger_id, view=modal(**change)))
    assert answer["error"] == "invalid_arguments"
    assert f"[ERROR] {problem}" in answer["response_metadata"]["messages"]


async def test_each_person_has_a_home_of_their_own(home: Home) -> None:
    view = {"type": "home", "blocks": [{"type": "actions", "elements": [MENU]}]}
    published = await home.client.views_publish(user_id=home.ann.id, view=view)
    home.slack.surfaces.open_home(home.ann, home.installation)
    home.slack.surfaces.open_home(home.bo, home.installation)
    first, second = (delivery.event for delivery in home.slack.deliveries.events("app_home_opened"))
    assert (first["tab"], first["view"]["id"]) == ("home", published["view"]["id"])
    assert "view" not in second
    pressed = home.slack.hands.press_in_view(
        home.ann, home.installation, home.slack.views.home[home.app.id, home.ann.id], "kind", choose="a"
    )
    assert pressed.payload["container"] == {"type": "view", "view_id": published["view"]["id"]}
    stale = home.client.views_publish(user_id=home.ann.id, view=view, hash="old")
    assert await error(stale) == "hash_conflict"
    home.app.home_tab_enabled = False
    assert await error(home.client.views_publish(user_id=home.ann.id, view=view)) == "not_enabled"


def form(home: Home, **more: Any) -> View:
    """A modal of Ann's, open."""
    return home.slack.views.push(home.ann.id, modal(**more))


async def test_a_form_answers_with_another_view_or_clears_the_stack(home: Home, bolt: AsyncApp) -> None:
    answers: list[dict[str, Any]] = [
        {"response_action": "update", "view": modal(callback_id="reason", private_metadata="2")},
        {"response_action": "push", "view": modal(callback_id="reason", private_metadata="3")},
        {"response_action": "errors", "errors": {"elsewhere": "x"}},
        {"response_action": "dance"},
        {"response_action": "clear"},
    ]

    @bolt.view("reason")
    async def reason(ack: Any) -> None:
        await ack(**answers.pop(0))

    view = form(home)
    for _ in range(5):
        home.slack.hands.submit(home.ann, home.installation, view, {})
        await home.slack.acknowledged()
        if len(answers) == 3:
            assert [open_view.content["private_metadata"] for open_view in home.slack.views.open.values()] == ["2", "3"]
    assert home.slack.views.open == {}
    assert [refusal.error for refusal in home.slack.journal.refusals] == ["invalid_errors", "invalid_response_action"]


async def test_an_app_hears_of_a_closed_form_only_if_it_asked(home: Home) -> None:
    assert home.slack.hands.close(home.ann, home.installation, form(home)) is None
    told = home.slack.hands.close(home.ann, home.installation, form(home, notify_on_close=True))
    assert told is not None
    assert (told.payload["type"], told.payload["is_cleared"]) == ("view_closed", False)


async def test_an_external_id_is_unique_among_open_forms(home: Home) -> None:
    view = form(home, external_id="mine")
    trigger_id = home.slack.hands.use_shortcut(home.ann, home.installation, "find").payload["trigger_id"]
    again = home.client.views_open(trigger_id=trigger_id, view=modal(external_id="mine"))
    assert await error(again) == "duplicate_external_id"
    await home.client.views_update(external_id="mine", view=modal(external_id="mine", private_metadata="2"))
    assert view.content["private_metadata"] == "2"


async def test_other_elements_say_what_was_chosen(home: Home) -> None:
    boxes = {"type": "checkboxes", "action_id": "boxes", "options": MENU["options"]}
    people = {"type": "users_select", "action_id": "who"}
    plain = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}
    message = await answer_with(home, {"type": "actions", "elements": [boxes, people, plain]})

    def chosen(action_id: str, choose: Any = None) -> dict[str, Any]:
        delivery = home.slack.hands.press(home.ann, message, action_id, choose=choose)
        action: dict[str, Any] = delivery.payload["actions"][0]
        return action

    assert [option["value"] for option in chosen("boxes", ["a", "b"])["selected_options"]] == ["a", "b"]
    assert chosen("who", home.bo.id)["selected_user"] == home.bo.id
    assert chosen("go")["value"] == "1"
    home.app.interactivity_enabled = False
    with pytest.raises(AssertionError, match="switched off"):
        chosen("go")


async def test_links_of_the_apps_domains_are_unfurled(home: Home) -> None:
    home.app.unfurl_domains = frozenset({"e.example"})
    home.app.events = home.app.events | {"link_shared"}
    home.installation.scopes = home.installation.scopes | {"links:read", "links:write"}
    message = home.slack.people.post(home.ann, home.general, "https://e.example/1")
    (told,) = home.slack.surfaces.post_link(message, "https://e.example/1")
    assert told.event["links"] == [{"domain": "e.example", "url": "https://e.example/1"}]
    unfurls = {"https://e.example/1": {"text": "One"}}
    await home.client.chat_unfurl(channel=home.general.id, ts=message.ts, unfurls=unfurls)
    changed = home.slack.deliveries.events("message")[-1].event
    assert changed["message"]["attachments"] == [{"id": 1, "text": "One"}]
    assert changed["message"]["text"] == changed["previous_message"]["text"]
