"""Why the bytes of a file that somebody sent are not here: stable codes, each with a sentence in both languages."""

from typing import Final

from connectors.connector import Language

MEDIA_REASONS: Final[dict[str, dict[Language, str]]] = {
    "file_not_fetched_yet": {
        "zh": "文件正在从企业微信下载。",
        "en": "The file is still being fetched from WeCom.",
    },
    "file_address_expired": {
        "zh": "企业微信的下载地址只有五分钟有效，已经过期了。请再发一次。",
        "en": "WeCom keeps the address of a file for five minutes, and that time is over. Send it again.",
    },
    "file_address_not_allowed": {
        "zh": "文件的下载地址不是 https，没有下载。",
        "en": "The address of the file is not one of HTTPS, so it was not fetched.",
    },
    "file_too_large": {
        "zh": "文件太大，没有下载。",
        "en": "The file is too large and was not fetched.",
    },
    "file_too_slow": {
        "zh": "下载文件超过了时限。",
        "en": "Fetching the file took longer than it may.",
    },
    "file_unreachable": {
        "zh": "多次尝试后仍无法从企业微信下载文件。",
        "en": "The file could not be fetched from WeCom, in several tries.",
    },
    "file_unreadable": {
        "zh": "文件解不开：下载不完整，或密钥不对。",
        "en": "The file does not decrypt: it broke off, or its key is another one.",
    },
    "file_refused": {
        "zh": "企业微信拒绝了下载。",
        "en": "WeCom refused to hand the file out.",
    },
}


def reason(code: str, language: Language) -> str:
    """The sentence; the code itself for one that is not known here."""
    return MEDIA_REASONS.get(code, {}).get(language, code)
