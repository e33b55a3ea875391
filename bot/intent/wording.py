"""The words of an utterance as the rules read them: folded, without the politeness around what is wanted."""

import re
from dataclasses import dataclass

from knowledge.lexical import normalize

_READ_CHARS = 400
"""What somebody wants is said in the first words; a pasted page is a question."""
_POLITE = re.compile(
    r"""^(?:\s|[,，。.!！:：~～、]
    |@?(?:shiguang|拾光)|\b(?:hi|hello|hey|bot)\b(?=[\s,，!！])|你好|您好|嗨
    |请(?!假|教|客|柬|求|示)|麻烦(?:你|您)?(?!问)|劳驾|帮忙|帮(?:我|我们|大家|忙)|替我|你?(?:可不可以|可以|能不能|能否|能)(?=帮|给|把|总结|概括|发|找|删|用|每)
    |\b(?:please|pls|kindly|just|now|then|so|ok|okay|also)\b
    |\b(?:can|could|would|will)\s+you\b(?:\s+(?:please|kindly|maybe))?
    |\bi(?:'d|\s+would)\s+like\s+you\s+to\b|\bi\s+(?:want|need)\s+you\s+to\b
    )+""",
    re.VERBOSE | re.IGNORECASE,
)
_ASKING = re.compile(
    r"什么|啥|怎么|怎样|哪|谁|多少|为何|几(?=[个年岁点月天号次人种位])|是否|是不是|有没有|吗\s*[?？。]?\s*$"
    r"|\b(?:who|whom|whose|what|when|where|why|how|which)\b",
    re.IGNORECASE,
)
_ENDS_ASKING = re.compile(r"[?？][\s”\"'’)）~～!！]*$|[吗呢嘛么没][\s。.!！~～]*$|(?:没有|与否)[\s。.!！~～]*$")
_LOOSE_OF = re.compile(r"的(?=\s|$)")
_BEGINS_ASKING = re.compile(
    r"\s*(?:(?:so|and|but|ok|hey|hi|well|btw)[,\s]+)*(?:is|are|was|were|do|does|did|can|could|would|should|will|has|have"
    r"|had|any|anyone|anybody|am|isn't|aren't|doesn't|didn't|hasn't|shall|may)\s",
    re.IGNORECASE,
)
_INDIRECT = re.compile(
    r"\b(?:tell me|remind me|i(?:'d| would) like to know|i wonder|wondering|do you know|does anyone know|any idea"
    r"|explain)\b"
    r"|想知道|告诉我|请问|问一下|有人知道|有没有人|谁知道|查一下|求问",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wording:
    """An utterance: ``folded`` has the spelling taken out, ``core`` the politeness as well."""

    text: str
    folded: str
    core: str
    asks: bool
    """Whether it has the form of a question: a question word, an ending, an auxiliary first, or ``tell me``."""
    asks_what: bool
    """Whether a question word is in it."""

    def without(self, pattern: re.Pattern[str]) -> str:
        """The original words without those of a pattern and without what surrounds a topic."""
        # Folding mostly keeps lengths: then a place in the folded text is the same place in the original.
        source = self.text if len(self.folded) == len(self.text) else self.folded
        kept, end = [], 0
        for match in pattern.finditer(self.folded):
            kept.append(source[end : match.start()])
            end = match.end()
        kept.append(source[end:])
        rest = _LOOSE_OF.sub("", " ".join(kept))
        return " ".join(rest.split()).strip(" ,，。.!！?？:：~～、")


def word(text: str) -> Wording:
    """Read an utterance."""
    text = " ".join(text[:_READ_CHARS].split())
    folded = normalize(text).replace("’", "'")
    core = _POLITE.sub("", folded, count=1).strip()
    asks_what = _ASKING.search(folded) is not None
    asks = (
        asks_what
        or any(each.search(folded) for each in (_ENDS_ASKING, _INDIRECT))
        or bool(_BEGINS_ASKING.match(folded))
    )
    return Wording(text=text, folded=folded, core=core, asks=asks, asks_what=asks_what)
