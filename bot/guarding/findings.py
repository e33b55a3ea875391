"""A stretch of text that not everybody may see, and what is shown in its place."""

from dataclasses import dataclass
from typing import Literal

from bot.errors import Language

Kind = Literal["password", "key", "card", "identity"]

LABELS: dict[Kind, dict[Language, str]] = {
    "password": {"zh": "[密码已隐藏]", "en": "[password hidden]"},
    "key": {"zh": "[密钥已隐藏]", "en": "[secret key hidden]"},
    "card": {"zh": "[卡号已隐藏]", "en": "[card number hidden]"},
    "identity": {"zh": "[证件号已隐藏]", "en": "[identity number hidden]"},
}
"""Words in brackets, so that neither a citation mark nor a name is seen in them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Characters ``start`` to ``end`` of a text are a secret of this kind."""

    start: int
    end: int
    kind: Kind
