"""What digests say around their lines, in both languages."""

from typing import Final

from bot.errors import Language
from bot.summaries.lines import Section

SECTION_NAMES: Final[dict[Section, dict[Language, str]]] = {
    "decision": {"zh": "决定", "en": "Decided"},
    "action": {"zh": "待办", "en": "To do"},
    "question": {"zh": "还没有答案的问题", "en": "Open questions"},
    "number": {"zh": "变动的数字", "en": "Numbers that changed"},
    "file": {"zh": "文件和链接", "en": "Files and links"},
    "talk": {"zh": "还聊了", "en": "Also talked about"},
}
TEXTS: Final[dict[str, dict[Language, str]]] = {
    "daily": {"zh": "日报", "en": "daily digest"},
    "weekly": {"zh": "周报", "en": "weekly digest"},
    "now": {"zh": "摘要", "en": "digest"},
    "channels": {"zh": "{first} 等 {count} 个频道", "en": "{first} (+{count} more)"},
    "counts": {"zh": "{messages} 条消息，{conversations} 段对话", "en": "{messages}, {conversations}"},
    "quiet": {"zh": "这段时间没有人说话。", "en": "Nobody said anything."},
    "nothing_notable": {
        "zh": "没有需要特别记下的事（{messages} 条消息）。",
        "en": "Nothing that needs to be remembered ({messages}).",
    },
    "more": {
        "zh": "另有 {count} 条放不下，可以在“时间线”里看这段时间的全部消息。",
        "en": "{count} more did not fit here; the timeline shows every message of this period.",
    },
    "left_out": {
        "zh": "另有 {count} 段对话没有概括大意，只找了其中的决定、待办、问题和文件。",
        "en": "Conversations looked through for decisions, tasks, questions and files, but not summed up: {count}.",
    },
    "extractive": {
        "zh": "语言模型当时不可用（{code}），这里有些是消息原文。",
        "en": "The language model was not available ({code}), so some of this is in the messages' own words.",
    },
    "no_time": {
        "zh": "模型来不及读完，这里有些是消息原文。",
        "en": "There was more than the model had time for, so some of this is in the messages' own words.",
    },
    "cut": {
        "zh": "上一次之后隔得太久，更早的内容没有包括在内。",
        "en": "It was long since the last one; what is older than this period is left out.",
    },
    "unreadable": {
        "zh": "有 {count} 个频道你已经看不到，不再包括在内。",
        "en": "Channels that you can no longer read and that are left out: {count}.",
    },
    "withdrawn": {
        "zh": "这里提到的消息已被删除或修改，内容已撤下。",
        "en": "The messages told of here were deleted or changed, so nothing is left.",
    },
    "reading": {"zh": "正在读这段时间的消息…", "en": "Reading what was said…"},
    "read": {"zh": "已读完 {done}/{of} 段对话…", "en": "Read {done} of {of} conversations…"},
    "every_day": {"zh": "每天 {time}", "en": "every day at {time}"},
    "every_week": {"zh": "每周{weekday} {time}", "en": "every {weekday} at {time}"},
    "may_set_here": {
        "zh": "要{when}（{timezone}）在 #{channel} 发{kind}吗？",
        "en": "Post a {kind} in #{channel} {when} ({timezone})?",
    },
    "may_set_mine": {
        "zh": "要{when}（{timezone}）把{channels}的{kind}私信发给你吗？",
        "en": "Send a {kind} of {channels} to you alone {when} ({timezone})?",
    },
    "end_here": {"zh": "#{channel} 以后不再发日报和周报，对吗？", "en": "Post no more digests in #{channel}?"},
    "end_mine": {"zh": "以后不再给你私信发日报和周报，对吗？", "en": "Send you no more digests?"},
    "set_here": {
        "zh": "好的：{when}（{timezone}）在这里发{kind}，第一份在 {first}。{quiet}不要了就输入：/日报 关",
        "en": "Done: a {kind} here {when} ({timezone}), the first one on {first}. {quiet}To end it: /digest off",
    },
    "set_mine": {
        "zh": "好的：{when}（{timezone}）把{channels}的{kind}私信发给你，第一份在 {first}。{quiet}"
        "不要了就输入：/日报 我 关",
        "en": "Done: a {kind} of {channels} to you alone {when} ({timezone}), the first one on {first}. "
        "{quiet}To end it: /digest me off",
    },
    "quiet_skipped": {"zh": "没什么可讲时不发。", "en": "Nothing comes when there is nothing to tell. "},
    "all_of_yours": {"zh": "你所在的全部频道", "en": "every channel you are in"},
    "off_here": {"zh": "好的，这里不再发日报和周报。", "en": "Done: no more digests here."},
    "off_mine": {"zh": "好的，不再给你私信发日报和周报。", "en": "Done: no more digests to you."},
    "none_here": {"zh": "这里没有设置日报或周报。", "en": "No digest is set up here."},
    "none_mine": {"zh": "没有给你私信发的日报或周报。", "en": "No digest is set up for you."},
    "listed_here": {
        "zh": "这里：{kind}，{when}（{timezone}），下一份在 {first}。",
        "en": "Here: a {kind} {when} ({timezone}), the next one on {first}.",
    },
    "listed_mine": {
        "zh": "私信给你：{channels}的{kind}，{when}（{timezone}），下一份在 {first}。",
        "en": "To you alone: a {kind} of {channels} {when} ({timezone}), the next one on {first}.",
    },
    "listed_channel": {
        "zh": "{channels}：{kind}，{when}（{timezone}），下一份在 {first}。",
        "en": "{channels}: a {kind} {when} ({timezone}), the next one on {first}.",
    },
    "usage": {"zh": "可以这样设置：{usage}", "en": "To set one up: {usage}"},
    "by": {"zh": "{day}前", "en": "by {day}"},
}


WEEKDAYS: Final[dict[Language, tuple[str, ...]]] = {
    "zh": ("一", "二", "三", "四", "五", "六", "日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def told(key: str, language: Language, **values: object) -> str:
    """The text in the reader's language with its values filled in."""
    return TEXTS[key][language].format(**values)
