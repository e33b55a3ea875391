"""When the model says that the records hold no answer."""

import re

from knowledge.lexical import normalize

_ENGLISH = re.compile(
    r"(?:sorry\W+|unfortunately\W+)?"
    r"(?:not[ _]found$|(?:i|we) (?:could not|couldn['’]t|cannot|can['’]t|did not|didn['’]t) find"
    r"|(?:the |these )?(?:given |provided |available )?(?:records?|context) (?:do|does|did)(?: not|n['’]t) )"
)
_CHINESE = re.compile(
    r"(?:抱歉|对不起|很遗憾)?\W*(?:我|目前)?"
    r"(?:(?:没有|未|没)找到(?:任何|相关|有关|对应|答案|记录|信息|内容|资料|的)*$|没有相关(?:的|记录|信息|内容|资料)*$"
    r"|(?:在|从)?(?:给出的|提供的|以上|现有|这些)*(?:聊天)?(?:记录|档案|资料)(?:里|中|内)?(?:并|都)?(?:没有|未(?=[提找包说明])|没(?=提)|不包含))"
)


def declines(sentence: str) -> bool:
    """True for "NOT FOUND" and its paraphrases, not for a fact about something that was not found."""
    plain = normalize(sentence).strip(" \t\n.。!！\"'“”*")
    return _ENGLISH.match(plain) is not None or _CHINESE.match(plain) is not None
