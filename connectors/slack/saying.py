"""What this part of Slack's connector says by itself, in both languages."""

import re
from typing import Literal

from connectors.connector import Language, Notice
from connectors.slack.counting import counted

Key = Literal[
    "sources", "more_sources", "replaced", "page", "helpful", "not_helpful", "helpful_label", "not_helpful_label",
    "again", "code", "digest", "searching", "writing", "found", "continued", "expired", "running",
    "prompts", "missed", "missed_ask", "decided", "decided_ask", "files", "files_ask", "can", "can_ask", "meant",
    "meant_button",
]  # fmt: skip

TEXTS: dict[Key, dict[Language, str]] = {
    "sources": {"zh": "出处", "en": "Sources"},
    "more_sources": {"zh": "还有 {count} 条出处，见正文的标号", "en": "{count} more, by their numbers in the text"},
    "replaced": {"zh": "后来有更新", "en": "updated since"},
    "page": {"zh": "第 {page} 页", "en": "p. {page}"},
    "helpful": {"zh": "有用", "en": "Helpful"},
    "not_helpful": {"zh": "没用", "en": "Not helpful"},
    "helpful_label": {"zh": "这条回答有用", "en": "This answer was helpful"},
    "not_helpful_label": {"zh": "这条回答没有用", "en": "This answer was not helpful"},
    "again": {"zh": "换个答法", "en": "Try again"},
    "code": {"zh": "代码 {code}", "en": "code {code}"},
    "digest": {"zh": "标号点开就是原文。", "en": "Each number opens the original."},
    "searching": {"zh": "正在翻档案…", "en": "Searching the archive…"},
    "writing": {"zh": "正在写…", "en": "Writing…"},
    "found": {"zh": "找到 {count} 条记录", "en": "Found {count} records"},
    "continued": {"zh": "（续）", "en": "(continued)"},
    "expired": {
        "zh": "这张卡片已失效，什么都没有改变。需要的话请再说一次。",
        "en": "This card is no longer valid; nothing was changed. Ask again if you still want it.",
    },
    "running": {"zh": "正在处理…", "en": "Working on it…"},
    "prompts": {"zh": "可以这样问", "en": "Things to ask"},
    "missed": {"zh": "我错过了什么？", "en": "What did I miss?"},
    "missed_ask": {"zh": "我错过了什么？", "en": "What did I miss?"},
    "decided": {"zh": "最近定了什么？", "en": "What was decided?"},
    "decided_ask": {"zh": "这周我们做了哪些决定？", "en": "What did we decide this week?"},
    "files": {"zh": "找一个文件", "en": "Find a file"},
    "files_ask": {"zh": "最近分享了哪些文件？", "en": "Which files were shared lately?"},
    "meant": {"zh": "❓ 是不是想问：「{question}」", "en": "❓ Did you mean: “{question}”"},
    "meant_button": {"zh": "看标准答案", "en": "Show its answer"},
    "can": {"zh": "你会做什么？", "en": "What can you do?"},
    "can_ask": {"zh": "你会做什么？", "en": "What can you do?"},
}  # fmt: skip

NoticeKey = Literal[
    "slack_busy", "slack_person_busy", "slack_membership_unknown", "slack_no_answer", "slack_internal",
    "slack_restarted", "slack_stopped", "slack_card_of_another",
]  # fmt: skip

NOTICES: dict[NoticeKey, dict[Language, tuple[str, str]]] = {
    "slack_busy": {
        "zh": ("现在同时提问的人太多，这一条我没有接下。", "请一分钟后再问。"),
        "en": ("Too many questions are being answered right now; I did not take this one.", "Ask again in a minute."),
    },
    "slack_person_busy": {
        "zh": ("你前面的几个问题我还在回答，这一条我没有接下。", "等那几条答完再问。"),
        "en": (
            "I am still answering your earlier questions, so I did not take this one.",
            "Ask it again when they are done.",
        ),
    },
    "slack_membership_unknown": {
        "zh": ("我现在没法从 Slack 确认谁在这个频道里，所以不回答，以免有人看到不该看的。", "过几分钟再问一次。"),
        "en": (
            "I cannot learn from Slack right now who reads here, so I do not answer: somebody might see too much.",
            "Ask again in a few minutes.",
        ),
    },
    "slack_no_answer": {
        "zh": ("这次没有得到回答。", "请再问一次。"),
        "en": ("No answer came of it this time.", "Ask again."),
    },
    "slack_internal": {
        "zh": ("出了点问题，这次没能回答。", "请再问一次；还是不行的话，请管理员按代码查日志。"),
        "en": (
            "Something went wrong and I could not answer.",
            "Ask again; if it fails again, your operator finds it by the code.",
        ),
    },
    "slack_restarted": {
        "zh": ("我中途重启了，你的这个问题没有答完。", "还需要的话，再问一次就好。"),
        "en": ("I was restarted before I could answer this.", "If you still want to know, ask again."),
    },
    "slack_stopped": {
        "zh": ("已停下，没有写完的部分撤下了。", "还需要的话，再问一次就好。"),
        "en": ("Stopped; what was not finished is taken back.", "If you still want to know, ask again."),
    },
    "slack_card_of_another": {
        "zh": ("只有提出这件事的人能决定。", "需要的话请自己再说一次。"),
        "en": ("Only the person who asked for this can decide it.", "Ask for it yourself if you want it."),
    },
}  # fmt: skip

_CHINESE = re.compile(r"[\u3400-\u9fff]")


def say(key: Key, language: Language, **values: object) -> str:
    """A text, filled in."""
    return counted(TEXTS[key][language].format(**values))


def notice(key: NoticeKey, language: Language) -> Notice:
    """A failure as people are told it; its key is the code."""
    sentence, hint = NOTICES[key][language]
    return Notice(code=key, sentence=sentence, hint=hint)


def language_of(text: str) -> Language:
    """Chinese when there is any, as the application decides."""
    return "zh" if _CHINESE.search(text) else "en"
