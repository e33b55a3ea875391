"""files.*: looking files up, and the external upload."""

import mimetypes
from pathlib import PurePosixPath

from tests.fakes.slack.call import Call
from tests.fakes.slack.channel import Channel
from tests.fakes.slack.errors import Json, Refused
from tests.fakes.slack.markup import as_slack_keeps_it, rich_text_block
from tests.fakes.slack.methods import method
from tests.fakes.slack.posting import Content, blocks_of
from tests.fakes.slack.shared_file import SharedFile
from tests.fakes.slack.sharing import Sharing
from tests.fakes.slack.upload_tickets import UploadTicket

SNIPPET_BYTES = 1_000_000
_TYPES = {"images": "image/", "pdfs": "application/pdf", "snippets": "text/", "all": ""}


def can_see(call: Call, file: SharedFile) -> bool:
    """In one of the bot's conversations, or its own."""
    return file.user == call.bot.id or any(call.installation.is_in(channel_id) for channel_id in file.shares)


@method("files.info", takes="file! count cursor limit page", scopes="files:read", tier="tier4")
def info(call: Call) -> Json:
    """The way out of a ``check_file_info`` stub, too."""
    file = _visible_file(call)
    if file.mode == "tombstone":
        raise Refused("file_deleted")
    if file.file_access == "access_denied":
        raise Refused("access_denied")
    return {"file": file.payload(), "comments": [], "response_metadata": {"next_cursor": ""}}


@method(
    "files.list",
    takes="channel count page ts_from ts_to types user show_files_hidden_by_limit",
    scopes="files:read",
)
def list_files(call: Call) -> Json:
    """By count and page, not by cursor; newest first."""
    count, page = call.arguments.number("count", 100), call.arguments.number("page", 1)
    if not 1 <= count <= 1000 or page < 1:
        raise Refused("invalid_arguments", messages=["count or page is out of range"])
    channel_id, user_id = (call.arguments.optional_text(name) for name in ("channel", "user"))
    since, until = call.arguments.number("ts_from", 0), call.arguments.number("ts_to", 10**11)
    types = call.arguments.names("types") or ["all"]
    files = [
        file
        for file in reversed(call.workspace.files.values())
        if can_see(call, file)
        and file.mode != "tombstone"
        and (file.mode != "hidden_by_limit" or call.arguments.flag("show_files_hidden_by_limit"))
        and (channel_id is None or channel_id in file.shares)
        and (user_id is None or file.user == user_id)
        and since <= file.created <= until
        and any(file.mimetype.startswith(_TYPES.get(kind, kind)) for kind in types)
    ]
    shown = files[(page - 1) * count : page * count]
    paging = {"count": count, "total": len(files), "page": page, "pages": -(-len(files) // count)}
    return {"files": [file.payload() for file in shown], "paging": paging}


@method("files.delete", takes="file!", scopes="files:write")
def delete(call: Call) -> Json:
    """Own files."""
    file = _visible_file(call)
    if file.user != call.bot.id:
        raise Refused("cant_delete_file")
    if file.mode == "tombstone":
        raise Refused("file_deleted")
    Sharing(call.world).delete(file)
    return {}


@method(
    "files.getUploadURLExternal",
    takes="filename! length! alt_txt snippet_type",
    scopes="files:write",
    tier="tier4",
    takes_json=False,
)
def get_upload_url(call: Call) -> Json:
    """Where to send the bytes; the method does not read JSON."""
    length = call.arguments.number("length", 0)
    if length < 1:
        raise Refused("missing_argument")
    snippet_type = call.arguments.optional_text("snippet_type")
    if snippet_type and length > SNIPPET_BYTES:
        raise Refused("snippet_too_large")
    if len(call.arguments.optional_text("alt_txt") or "") > 1000:
        raise Refused("alt_txt_too_large")
    ticket = call.world.uploads.new(call.bot.id, call.arguments.text("filename"), length, snippet_type)
    return {"upload_url": call.world.file_host + ticket.path, "file_id": ticket.file_id}


@method(
    "files.completeUploadExternal",
    takes="files! channel_id channels initial_comment thread_ts blocks username icon_emoji icon_url",
    scopes="files:write",
    tier="tier4",
)
def complete_upload(call: Call) -> Json:
    """The files come into being, and into the channels; where their messages are is not told (no ``shares``)."""
    wanted = call.arguments.document("files")
    if (
        not isinstance(wanted, list)
        or not wanted
        or not all(isinstance(item, dict) and "id" in item for item in wanted)
    ):
        raise Refused("invalid_arguments", messages=["must provide an array of objects with id [json-pointer:/files]"])
    unknown = {name for item in wanted for name in item} - {"id", "title", "highlight_type"}
    if unknown:
        raise Refused(
            "invalid_arguments", messages=[f"invalid additional property: {unknown.pop()} [json-pointer:/files]"]
        )
    channels = _target_channels(call)
    thread_ts = call.arguments.optional_text("thread_ts")
    if thread_ts and len(channels) != 1:
        raise Refused("invalid_arguments", messages=["thread_ts needs exactly one channel"])
    threads = {channel.id: call.world.bot_messages.thread_of(channel, thread_ts) for channel in channels}
    tickets = [(call.world.uploads.take(item["id"], call.bot.id), item.get("title")) for item in wanted]
    files = [_file(call, ticket, title) for ticket, title in tickets]
    for channel in channels:
        _post(call, channel, files, threads[channel.id])
    return {"files": [file.payload(with_shares=False) for file in files]}


def _file(call: Call, ticket: UploadTicket, title: str | None) -> SharedFile:
    suffix = PurePosixPath(ticket.filename).suffix.removeprefix(".")
    file = SharedFile(
        workspace=call.workspace,
        id=ticket.file_id,
        user=call.bot.id,
        name=ticket.filename,
        title=title or ticket.filename,
        mimetype=mimetypes.guess_type(ticket.filename)[0] or "application/octet-stream",
        filetype=ticket.snippet_type or suffix or "binary",
        content=ticket.received or b"",
        created=int(call.world.clock.now()),
        mode="snippet" if ticket.snippet_type else "hosted",
    )
    call.workspace.files[file.id] = file
    return file


def _post(call: Call, channel: Channel, files: list[SharedFile], thread_ts: str | None) -> None:
    text = as_slack_keeps_it(call.arguments.optional_text("initial_comment") or "")
    blocks = [rich_text_block(text)] if text else blocks_of(call.arguments)
    content = Content(text=text, blocks=blocks, attachments=[], metadata=None, has_blocks=False)
    message = call.world.bot_messages.new(call.installation, channel, content, thread_ts=thread_ts, files=files)
    for file in files:
        file.shares.setdefault(channel.id, []).append(message.ts)
        file.is_public = file.is_public or channel.kind == "public"
    call.world.bot_messages.post(message)
    for file in files:
        Sharing(call.world).tell_shared(file, channel, call.bot.id)


def _target_channels(call: Call) -> list[Channel]:
    ids = call.arguments.names("channels") or call.arguments.names("channel_id")
    channels = []
    for channel_id in ids:
        channel = call.workspace.channels.get(channel_id)
        if channel is None or (channel.is_private and call.bot.id not in channel.members):
            raise Refused("channel_not_found")
        if call.bot.id not in channel.members:
            raise Refused("not_in_channel")
        if channel.is_archived:
            raise Refused("posting_to_channel_denied")
        channels.append(channel)
    return channels


def _visible_file(call: Call) -> SharedFile:
    file = call.workspace.files.get(call.arguments.text("file"))
    if file is None or not can_see(call, file):
        raise Refused("file_not_found")
    return file
