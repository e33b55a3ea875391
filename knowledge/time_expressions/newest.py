"""Whether a question asks for how things are now, so that newer facts count before older ones."""

import re

_NEWEST = re.compile(
    r"最新|最近一[次个条份版期封]|最后一[次个条份版]|(?<![体出表呈发展实到])现在|目前|当前|眼下|如今|至今|现行|现任|截至目前|刚刚?更新"
    r"|最近(?![的过这]?[一二两三四五六七八九十几半\d]+(?:天|日|周|个|年|小时|分钟))"
    r"|\b(?:latest|newest|most recent(?:ly)?|up[- ]to[- ]date|current(?:ly)?|right now"
    r"|nowadays|these days|as of now|at present"
    r"|at the moment|so far|recently|lately)\b"
    r"|(?<!just )(?<!until )(?<!till )(?<!by )(?<!from )\bnow\b(?! and then)",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:current(?:ly)? (?:account|affairs)|alternating current|now that|every now)\b|现在完成时|现在分词",
    re.IGNORECASE,
)


def prefers_newest(question: str) -> bool:
    """Whether words such as ``latest``, ``current``, ``now``, ``最新`` and ``现在`` ask for the newest."""
    return bool(_NEWEST.search(_NOT.sub(" ", question)))
