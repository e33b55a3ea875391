"""What was said and must say something else: WeCom changes no message, and only an app can take one back for a day."""

import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from connectors.connector import Revision
from connectors.events import MessageEdited
from connectors.wecom.app import WeComApp
from connectors.wecom.app_sending import SentMessage
from connectors.wecom.errors import WeComError
from connectors.wecom.markdown import APP
from connectors.wecom.posting import number_in, post_pieces, read_note, texts_in, write_note
from connectors.wecom.site import Site

_RECALLED_WITHIN_SECONDS: Final = 23.5 * 3600.0
"""WeCom allows 24 hours."""

_log = logging.getLogger(__name__)


async def revise(site: Site, apps: Sequence[WeComApp], revision: Revision) -> None:
    """Replace what the archive keeps of it; and in the chat where an app posted it to a person less than a day ago.

    There its messages are taken back and the new text is sent. What a robot or a webhook has said stays in the chat as
    it is: WeCom has no way to change or remove it. Raises ``WeComAway`` when it must be tried again later.
    """
    mark = sha256(f"{revision.text}\n{revision.citations}".encode("utf-8", "replace")).hexdigest()[:16]
    edited = MessageEdited(
        event_id=f"{revision.record_id}:revised:{mark}",
        occurred_at=datetime.now(UTC),
        record_id=revision.record_id,
        text=revision.text,
    )
    await site.host.accept([edited])
    note = await read_note(site, revision.answer_id)
    kind, _, name = str(note.get("way") or "").partition(":")
    app = next((app for app in apps if kind == "app" and app.name == name), None)
    msgids, user_id = texts_in(note, "msgids"), str(note.get("user_id") or "")
    is_fresh = time.time() - number_in(note, "at") < _RECALLED_WITHIN_SECONDS
    if note.get("revised") == mark:
        return
    if app is None or not msgids or not user_id or not is_fresh:
        _log.info("a message that must say something else cannot be changed in WeCom: %s", revision.answer_id)
        return
    for msgid in msgids:
        try:
            await app.sending.recall(SentMessage(msgid=msgid))
        except WeComError as error:
            _log.info("a message was not taken back: %s", error)
    sent = [
        await app.sending.markdown(user_id, piece, purpose=f"{revision.answer_id}:{mark}:{place}", resumed=True)
        for place, piece in enumerate(post_pieces(site, revision, APP))
    ]
    await write_note(site, revision.answer_id, {**note, "revised": mark, "msgids": [one.msgid for one in sent]})
