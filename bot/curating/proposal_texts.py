"""What the bot says of a proposal that somebody makes in a chat, in both languages."""

from datetime import datetime, tzinfo
from typing import Final, Literal

from bot.curating.proposing import Missing, Proposed
from bot.errors import Language

Key = Literal[
    "proposed", "no_source", "reply", "reply_of", "quotation", "answer", "written", "answered", "thread", "lately",
    "lately_by", "missing_reply", "missing_question",
]  # fmt: skip

TEXTS: Final[dict[Key, dict[Language, str]]] = {
    "proposed": {
        "zh": "已向管理员提议：{question}，以后用{what}来答，批准后生效。",
        "en": "Proposed to your operators: {what} as the standard answer to {question}, once they approve it.",
    },
    "no_source": {
        "zh": "那条消息不在档案里，所以管理员看不到出处。",
        "en": " That message is not archived, so they see no source.",
    },
    "reply": {"zh": "这条回复", "en": "this reply"},
    "reply_of": {"zh": " {name} 的回复", "en": "the reply of {name}"},
    "quotation": {"zh": "你引用的话", "en": "what you quoted"},
    "answer": {"zh": "我的这个回答", "en": "this answer of mine"},
    "written": {"zh": "你写的问题", "en": "the question you wrote"},
    "answered": {"zh": "它回答的问题", "en": "the question that it answered"},
    "thread": {"zh": "这里的问题", "en": "the question here"},
    "lately": {"zh": "{time} 问我的问题", "en": "what I was asked at {time}"},
    "lately_by": {"zh": "{name} {time} 问我的问题", "en": "what {name} asked me at {time}"},
    "missing_reply": {
        "zh": "请引用要提议的那条回复，或者在它的话题里 @我，再写上命令和它回答的问题，例如：/标准答案 报销找谁签字？",
        "en": "Quote the reply, or mention me in its thread, and write /standard with the question that it answers, "
        "such as: /standard Who signs expenses?",
    },
    "missing_question": {
        "zh": "这条回复回答的是什么问题？请写在命令后面再发一次，例如：/标准答案 报销找谁签字？",
        "en": "Which question does it answer? Write it behind the command, such as: /standard Who signs expenses?",
    },
}


def told(outcome: Proposed | Missing, language: Language, zone: tzinfo) -> str:
    """One sentence about what comes next, or about what is missing."""
    if outcome == "reply":
        return TEXTS["missing_reply"][language]
    if outcome == "question":
        return TEXTS["missing_question"][language]
    what = _say("reply_of", language, name=outcome.said_by) if outcome.said_by else _say(outcome.what, language)
    sentence = _say("proposed", language, what=what, question=_question(outcome, language, zone))
    return sentence + (_say("no_source", language) if outcome.what == "quotation" else "")


def _question(proposed: Proposed, language: Language, zone: tzinfo) -> str:
    if proposed.asked_at is None:
        return _say(proposed.answers, language)
    time = _time(proposed.asked_at, zone)
    if not proposed.asked_by:
        return _say("lately", language, time=time)
    return _say("lately_by", language, name=proposed.asked_by, time=time)


def _time(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"


def _say(key: Key, language: Language, **values: str) -> str:
    return TEXTS[key][language].format(**values)
