"""assistant.threads.* and agents.sessions.*: the agent surface."""

from tests.fakes.slack.agent_threads import Session
from tests.fakes.slack.call import Call
from tests.fakes.slack.channel import Channel
from tests.fakes.slack.chat_methods import custom_look
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.methods import method
from tests.fakes.slack.shape import Problems, fields, many, string

PROMPTS = 4
LOADING_MESSAGES = 10
TITLE = 200
SESSION_STATES = ("active", "processing", "suspended", "closed")
_PROMPTS = many(fields({"title": string(most=255), "message": string(most=4000)}), most=PROMPTS)


@method(
    "assistant.threads.setStatus",
    takes="channel_id! thread_ts! status loading_messages username icon_emoji icon_url",
    scopes="chat:write assistant:write",
    tier="status",
)
def set_status(call: Call) -> Json:
    """An empty status clears it."""
    channel, thread_ts = _thread(call)
    custom_look(call)
    if "status" not in call.arguments:
        raise Refused("invalid_arguments", messages=["missing required field: status"])
    loading = call.arguments.document("loading_messages") or []
    if not isinstance(loading, list) or len(loading) > LOADING_MESSAGES:
        raise Refused("invalid_arguments", messages=["no more than 10 items allowed [json-pointer:/loading_messages]"])
    call.world.threads.set_status(channel.id, thread_ts, call.arguments.text("status"), tuple(map(str, loading)))
    return {}


@method("assistant.threads.setTitle", takes="channel_id! thread_ts! title!", scopes="assistant:write")
def set_title(call: Call) -> Json:
    """What the thread list shows."""
    channel, thread_ts = _thread(call)
    call.world.threads.titles[channel.id, thread_ts] = call.arguments.text("title")
    return {}


@method("assistant.threads.setSuggestedPrompts", takes="channel_id! prompts! title thread_ts", scopes="assistant:write")
def set_suggested_prompts(call: Call) -> Json:
    """Under agent_view a thread_ts makes it do nothing, and say ok; under assistant_view it is needed."""
    channel = call.channel("channel_id")
    problems: Problems = []
    prompts = call.arguments.document("prompts")
    _PROMPTS(prompts, "/prompts", problems)
    if problems:
        raise Refused("invalid_arguments", messages=problems)
    thread_ts = call.arguments.optional_text("thread_ts")
    if call.installation.app.experience == "assistant_view":
        if thread_ts is None:
            raise Refused("invalid_arguments", messages=["missing required field: thread_ts"])
        _thread(call)
    elif thread_ts is not None:
        call.world.threads.ignored_prompts.append((channel.id, thread_ts))
        return {}
    call.world.threads.prompts[channel.id, thread_ts] = prompts
    call.world.threads.prompt_titles[channel.id, thread_ts] = call.arguments.optional_text("title") or ""
    return {}


@method(
    "agents.sessions.setStatus",
    takes="channel_id! status! thread_ts title initiator_user_id username icon_emoji icon_url",
    scopes="chat:write",
)
def set_session_status(call: Call) -> Json:
    """The session is made by the first call; ``title`` counts only then."""
    if call.installation.app.experience != "agent_view":
        raise Refused("feature_disabled")
    if call.arguments.text("status") not in SESSION_STATES:
        raise Refused("invalid_status")
    if "thread_ts" not in call.arguments:
        raise Refused("thread_ts_required")
    channel, thread_ts = _thread(call)
    custom_look(call)
    title = call.arguments.optional_text("title") or ""
    if len(title) > TITLE:
        raise Refused("invalid_arguments", messages=["must be less than 201 characters [json-pointer:/title]"])
    initiator = call.arguments.optional_text("initiator_user_id")
    if initiator is not None:
        call.person("initiator_user_id")
    key = (channel.id, thread_ts)
    session = call.world.threads.sessions.setdefault(key, Session(status="active", title=title, initiator=initiator))
    session.status = call.arguments.text("status")
    return {
        "session": {"channel_id": channel.id, "thread_ts": thread_ts, "status": session.status, "title": session.title}
    }


@method("agents.sessions.rename", takes="channel_id! title! thread_ts", scopes="chat:write")
def rename_session(call: Call) -> Json:
    """Of a session that is there."""
    channel, thread_ts = _thread(call)
    session = call.world.threads.sessions.get((channel.id, thread_ts))
    if session is None:
        raise Refused("session_not_found")
    title = call.arguments.text("title")
    if len(title) > TITLE:
        raise Refused("invalid_arguments", messages=["must be less than 201 characters [json-pointer:/title]"])
    session.title = title
    return {}


def _thread(call: Call) -> tuple[Channel, str]:
    channel = call.channel("channel_id")
    if call.bot.id not in channel.members:
        raise Refused("not_in_channel")
    thread_ts = call.arguments.text("thread_ts")
    message = channel.messages.get(thread_ts)
    if message is None or message.is_reply:
        raise Refused("invalid_thread_ts")
    return channel, thread_ts
