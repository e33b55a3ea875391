"""Finding identity and bank card numbers, by their check digits: what is only long is an order number."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from bot.guarding.findings import Finding

_GAP: Final = r"[ \-\u200b-\u200f\u2060]?"
_IDENTITY: Final = re.compile(rf"(?<![0-9A-Za-z])[1-9](?:{_GAP}\d){{16}}{_GAP}[\dXx](?![0-9A-Za-z])")
_NAMED_IDENTITY: Final = re.compile(
    r"(?:身份证|证件|護照|护照|passport|\bssn|social security)(?:号码?|\s?(?:number|no\.?))?\s{0,2}(?:是|为|[:：#]"
    r"|is)?\s{0,2}"
    r"(?P<value>\d{15}(?!\d)|[A-Za-z]{1,2}\d{7,8}(?!\d)|\d{3}-\d{2}-\d{4}(?!\d))",
    re.IGNORECASE,
)
_CARD: Final = re.compile(rf"(?<![0-9A-Za-z.])[2-6]\d{{3}}(?:{_GAP}\d){{11,15}}(?![0-9A-Za-z]|\.\d)")
_OTHER_NUMBER: Final = re.compile(
    r"(?:order|invoice|tracking|ticket|serial|imei|transaction|ref(?:erence)?|订单|单号|运单|流水|编号|发票|序列|工单)"
    r"[^\n]{0,12}$",
    re.IGNORECASE,
)
_CARD_WORD: Final = re.compile(
    r"(?:card|visa|mastercard|amex|银行卡|信用卡|储蓄卡|卡号|账号|账户)[^\n]{0,20}$", re.IGNORECASE
)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_BEFORE: Final = 40


def find_personal_data(text: str) -> Iterator[Finding]:
    """Identity and card numbers in a text whose full-width characters are usual ones; they may overlap."""
    for found in _IDENTITY.finditer(text):
        if _is_identity(_bare(found[0])):
            yield Finding(found.start(), found.end(), "identity")
    for found in _NAMED_IDENTITY.finditer(text):
        yield Finding(*found.span("value"), "identity")
    for found in _CARD.finditer(text):
        before = text[max(0, found.start() - _BEFORE) : found.start()]
        is_named_so = _CARD_WORD.search(before) is not None
        if _is_card(_bare(found[0])) and (is_named_so or _OTHER_NUMBER.search(before) is None):
            yield Finding(found.start(), found.end(), "card")


def _bare(number: str) -> str:
    return "".join(character for character in number if character.isalnum())


def _is_identity(number: str) -> bool:
    """A resident identity number of China: a day of birth and a check character (GB 11643)."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    checked = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return born.year >= 1900 and _CHECKS[checked % 11] == number[17].upper()


def _is_card(number: str) -> bool:
    """A length and beginning of one of the card networks, and a Luhn check digit."""
    first, first_four = number[:2], int(number[:4])
    lengths: range | tuple[int, ...]
    if first == "62":
        lengths = range(16, 20)
    elif first in ("34", "37"):
        lengths = (15,)
    elif number[0] == "4" or 51 <= int(first) <= 55 or 2221 <= first_four <= 2720 or first in ("35", "65", "60"):
        lengths = (16,)
    else:
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return len(number) in lengths and len(set(number)) > 1 and (sum(digits[::2]) + doubled) % 10 == 0
