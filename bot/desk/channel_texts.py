"""What a change of a channel's settings means, in one sentence each."""

from typing import Final

from bot.errors import Language

_TEXTS: Final[dict[str, dict[Language, str]]] = {
    "keep_forever": {
        "zh": "不会删除任何消息；以前已删除的不会回来。",
        "en": "Nothing is removed; what was removed before does not come back.",
    },
    "keep_removes_nothing": {
        "zh": "超过 {days} 天的消息会在一小时内从档案里删除；现在还没有这样的消息。",
        "en": "Messages older than {days} days are removed from the archive within the hour; now there are none.",
    },
    "keep_removes": {
        "zh": "超过 {days} 天的消息会在一小时内从档案里删除，无法恢复；现在有 {count} 条。以它们为依据的回答也会撤回。",
        "en": (
            "Messages older than {days} days are removed from the archive within the hour and cannot be brought back:"
            " {count} of them now. Answers that rest on them are withdrawn."
        ),
    },
    "type_name": {
        "zh": "请输入频道名“{name}”来确认。",
        "en": "Type the channel's name, {name}, to confirm.",
    },
    "training_on": {
        "zh": "这里的问答可以导出用于训练；成员可以用 /训练 关 把自己的话排除在外。",
        "en": (
            "Questions and answers of this channel may be exported for training; people in it take their own words out"
            " with /training off."
        ),
    },
    "training_off": {
        "zh": "这里的内容不再导出用于训练；已经导出的文件请自行删除。",
        "en": "Nothing of this channel is exported any more; files that were exported before are yours to delete.",
    },
    "digest_off": {"zh": "这里不再定期发摘要。", "en": "No digest comes here by itself any more."},
    "not_running": {
        "zh": "但是 {platform} 的连接没有运行，运行之前不会发出。",
        "en": "But the connector of {platform} does not run; nothing is posted until it does.",
    },
    "archived": {
        "zh": "这个频道已归档，不能发摘要。",
        "en": "This channel is archived: no digest can be posted there.",
    },
    "direct_answers_unasked": {
        "zh": "私聊里的话都是对我说的，没有“旁听”。",
        "en": "In a direct chat everything is said to the bot: there is nothing to answer unasked.",
    },
    "direct_digest": {
        "zh": "私聊的摘要由本人用 /日报 设置。",
        "en": "The digest in a direct chat is set up by the person, with /digest.",
    },
    "direct_training": {
        "zh": "私聊只有其中每个人自己同意才会导出：用 /训练 开。",
        "en": "A direct chat is exported only when everybody in it says so themselves, with /training on.",
    },
}


def told(key: str, language: Language, **values: object) -> str:
    """The sentence."""
    return _TEXTS[key][language].format(**values)
