"""What robots and apps say by themselves, in both languages."""

import re
from typing import Literal

from connectors.connector import Language, Notice

Key = Literal[
    "name", "searching", "receiving", "writing", "found", "code", "taken_back", "choose", "card_elsewhere", "quoted",
    "please_confirm", "only_asker", "confirmed", "cancelled", "is_over", "failed", "running", "see", "not_yours",
    "not_yours_hint", "card_over", "got_files", "file_name", "got_none", "again_making", "again_same", "again_title",
    "again_desc", "again_a", "again_b", "again_submit", "again_done", "again_thanks", "again_choose", "again_no_card",
    "settings_title", "settings_desc", "settings_mine", "settings_rhythm", "settings_off", "settings_daily",
    "settings_weekly", "settings_hour", "settings_day", "settings_submit", "settings_done", "settings_sent",
    "settings_above", "meant", "mon", "tue", "wed", "thu", "fri", "sat", "sun",
]  # fmt: skip

TEXTS: dict[Key, dict[Language, str]] = {
    "name": {"zh": "拾光", "en": "Shiguang"},
    "searching": {"zh": "正在翻档案…", "en": "Searching the archive…"},
    "receiving": {"zh": "正在收文件…", "en": "Receiving the file…"},
    "writing": {"zh": "正在写…", "en": "Writing…"},
    "found": {"zh": "找到 {count} 条记录", "en": "Found {count} records"},
    "code": {"zh": "代码 {code}", "en": "code {code}"},
    "taken_back": {"zh": "（没有需要回答的内容。）", "en": "(There was nothing to answer.)"},
    "choose": {"zh": "请在卡片上选择。", "en": "Please choose on the card."},
    "card_elsewhere": {
        "zh": "这里显示不了卡片，什么都没有改变。请在和我的单聊里再说一次。",
        "en": "No card can be shown here, and nothing was changed. Say it again in the chat with me alone.",
    },
    "quoted": {"zh": "（引用：「{text}」）", "en": "(quoting: “{text}”)"},
    "please_confirm": {"zh": "请确认", "en": "Please confirm"},
    "only_asker": {"zh": "只有提出这件事的人能选", "en": "Only who asked may choose"},
    "confirmed": {"zh": "已确认", "en": "Confirmed"},
    "cancelled": {"zh": "已取消", "en": "Cancelled"},
    "is_over": {"zh": "已失效", "en": "Over"},
    "failed": {"zh": "没有成功", "en": "Failed"},
    "running": {"zh": "正在处理…", "en": "Working on it…"},
    "see": {"zh": "看结果", "en": "Outcome"},
    "not_yours": {"zh": "只有提出这件事的人能决定", "en": "Not yours to decide"},
    "not_yours_hint": {
        "zh": "需要的话，请自己对我说一次。",
        "en": "Only the person who asked for this can decide it. Ask for it yourself if you want it.",
    },
    "card_over": {
        "zh": "这张卡片已失效，什么都没有改变。需要的话请再说一次。",
        "en": "This card is no longer valid; nothing was changed. Ask again if you still want it.",
    },
    "got_files": {
        "zh": "收到了{names}，已存档。现在可以问我里面的内容。",
        "en": "Got {names}; archived. You can ask me about the content now.",
    },
    "file_name": {"zh": "「{name}」", "en": "“{name}”"},
    "got_none": {"zh": "{name}没能存档：{reason}", "en": "{name} could not be archived: {reason}"},
    "meant": {
        "zh": "❓ 是不是想问：「{question}」照这句问我，就有核实过的标准答案。",
        "en": "❓ Did you mean: “{question}” Ask me exactly this to get the verified answer.",
    },
    "again_making": {"zh": "正在换个答法…", "en": "Answering it another way…"},
    "again_same": {
        "zh": "换了做法，得到的还是同一个回答。",
        "en": "Made another way, it came out as the same answer.",
    },
    "again_title": {"zh": "哪个回答更好？", "en": "Which is better?"},
    "again_desc": {"zh": "选一个，我会记住", "en": "I will remember it"},
    "again_a": {"zh": "回答 A", "en": "Answer A"},
    "again_b": {"zh": "回答 B", "en": "Answer B"},
    "again_submit": {"zh": "就选它", "en": "This one"},
    "again_done": {"zh": "已选 {which}", "en": "Picked {which}"},
    "again_thanks": {"zh": "记下了，谢谢。", "en": "Noted, thank you."},
    "again_choose": {"zh": "先选 A 或 B，再点按钮。", "en": "Choose A or B first."},
    "again_no_card": {"zh": "这里显示不了投票卡片。", "en": "The card to vote cannot be shown here."},
    "settings_title": {"zh": "这个群的摘要", "en": "Digest of this group"},
    "settings_mine": {"zh": "我的摘要", "en": "My digest"},
    "settings_desc": {"zh": "什么时候发？", "en": "When shall it come?"},
    "settings_rhythm": {"zh": "多久一次", "en": "How often"},
    "settings_off": {"zh": "不发", "en": "never"},
    "settings_daily": {"zh": "每天", "en": "daily"},
    "settings_weekly": {"zh": "每周", "en": "weekly"},
    "settings_hour": {"zh": "几点", "en": "At"},
    "settings_day": {"zh": "每周的哪天", "en": "Weekly on"},
    "settings_submit": {"zh": "保存", "en": "Save"},
    "settings_done": {"zh": "已保存", "en": "Saved"},
    "settings_sent": {
        "zh": "还在处理。稍后发 /日报 列表 就能看到结果。",
        "en": "Still working on it. Send /digest list in a while to see what came of it.",
    },
    "settings_above": {"zh": "请在卡片上设置。", "en": "Please set it on the card."},
    "mon": {"zh": "周一", "en": "Monday"},
    "tue": {"zh": "周二", "en": "Tuesday"},
    "wed": {"zh": "周三", "en": "Wednesday"},
    "thu": {"zh": "周四", "en": "Thursday"},
    "fri": {"zh": "周五", "en": "Friday"},
    "sat": {"zh": "周六", "en": "Saturday"},
    "sun": {"zh": "周日", "en": "Sunday"},
}

NoticeKey = Literal[
    "wecom_busy", "wecom_person_busy", "wecom_archive_busy", "wecom_no_answer", "wecom_internal", "wecom_restarted",
    "wecom_nothing_again", "wecom_again_gone", "wecom_again_not_permitted",
]  # fmt: skip

NOTICES: dict[NoticeKey, dict[Language, tuple[str, str]]] = {
    "wecom_busy": {
        "zh": ("现在同时提问的人太多，这一条我没有接下。", "请一分钟后再问。"),
        "en": ("Too many questions are being answered right now; I did not take this one.", "Ask again in a minute."),
    },
    "wecom_person_busy": {
        "zh": ("你前面的几个问题我还在回答，这一条我没有接下。", "等那几条答完再问。"),
        "en": (
            "I am still answering your earlier questions, so I did not take this one.",
            "Ask it again when they are done.",
        ),
    },
    "wecom_archive_busy": {
        "zh": ("档案现在太忙，我还没法确认你能看到什么，所以没有回答。", "请一分钟后再问。"),
        "en": (
            "The archive is too busy for me to learn what you may read, so I did not answer.",
            "Ask again in a minute.",
        ),
    },
    "wecom_no_answer": {
        "zh": ("这次没有得到回答。", "请再问一次。"),
        "en": ("No answer came of it this time.", "Ask again."),
    },
    "wecom_internal": {
        "zh": ("出了点问题，这次没能回答。", "请再问一次；还是不行的话，请管理员按代码查日志。"),
        "en": (
            "Something went wrong and I could not answer.",
            "Ask again; if it fails again, your operator finds it by the code.",
        ),
    },
    "wecom_restarted": {
        "zh": ("我中途重启了，你的这个问题没有答完。", "还需要的话，再问一次就好。"),
        "en": ("I was restarted before I could answer this.", "If you still want to know, ask again."),
    },
    "wecom_nothing_again": {
        "zh": ("你在这里还没有可以换个答法的回答。", "先问我一个问题，再发 /换个答法。"),
        "en": ("There is no answer to you here yet that I could give another way.", "Ask me something, then /again."),
    },
    "wecom_again_gone": {
        "zh": ("那条回答已经不在了，没法换个答法。", "请把问题再问一次。"),
        "en": ("That answer is gone, so I cannot give it another way.", "Ask the question again."),
    },
    "wecom_again_not_permitted": {
        "zh": ("那条回答你现在看不到了，没法换个答法。", "请把问题再问一次。"),
        "en": ("You may no longer read that answer, so I cannot give it another way.", "Ask the question again."),
    },
}

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[\u3400-\u9fff]|[A-Za-z]{2,}")


def say(key: Key, language: Language, **values: object) -> str:
    """A text, filled in."""
    return TEXTS[key][language].format(**values)


def notice(key: NoticeKey, language: Language) -> Notice:
    """A failure as people are told it; its key is the code."""
    sentence, hint = NOTICES[key][language]
    return Notice(code=key, sentence=sentence, hint=hint)


def language_of(text: str) -> Language | None:
    """Chinese when there is any, English for other words, None without words."""
    if _CHINESE.search(text):
        return "zh"
    return "en" if _WORD.search(text) else None
