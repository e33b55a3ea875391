"""What streams of both ways of a robot have in common: their ids, their time and their last words."""

import re
from hashlib import sha256
from typing import Final

from connectors.connector import Language
from connectors.wecom.byte_text import byte_count, cut

STREAM_SECONDS: Final = 330.0
"""WeCom ends a stream six minutes after the message (newer documents: ten); before that it is ended well."""
SIGN: Final = "…"
"""Seen when there are no words yet: somebody is at work."""
SIGN_SECONDS: Final = 0.4
"""How long the first words may take before the sign is shown."""

FOLLOWS: Final[dict[Language, str]] = {
    "zh": "（还在继续，完成后另发一条消息）",
    "en": "(still at work; the answer follows in a new message)",
}
INTERRUPTED: Final = "（这条回复中断了，请再问一次。 This reply was interrupted; please ask again.）"
"""Of a stream that nobody knows any more, and with it nobody its language."""
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def stream_id_of(msgid: str) -> str:
    """The same for every delivery of a message, also after a restart."""
    return f"reply-{sha256(msgid.encode()).hexdigest()[:32]}"


def sealed(text: str, *, limit: int) -> str:
    """The last text of a stream whose answer is not ready, with a line that more will come."""
    language: Language = "en" if text.strip(SIGN) and not _CHINESE.search(text) else "zh"
    ending = FOLLOWS[language]
    return f"{cut(text, limit - byte_count(ending) - 2)}\n\n{ending}"
