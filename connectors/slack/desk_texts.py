"""What people read after pressing or typing something in Slack, in both languages. Plain text, to be escaped."""

from typing import Final, Literal

from connectors.connector import Language

DeskText = Literal[
    "thanks_up", "thanks_down", "thanks_reasons", "thanks_comment", "withdrawn", "undo", "reason_irrelevant",
    "reason_incomplete", "reason_wrong", "reason_outdated", "reason_should_not_be_shown", "reason_other",
    "comment_title", "comment_label", "comment_placeholder", "comment_empty", "verdict_outsider",
    "verdict_not_permitted", "verdict_unknown", "outsider", "close", "cancel", "send", "try_later", "restarted",
    "nothing_said", "bot_not_here", "membership_unknown", "again_gone", "again_not_permitted", "again_under_way",
    "again_same", "pair_asked", "pair_pick", "pair_kept", "pair_kept_half", "pair_other", "pair_over", "share",
    "shared_by", "shared", "shared_before", "share_not_permitted", "share_gone", "ask_here", "asked_by",
    "ask_title", "ask_label", "ask_placeholder", "ask_where", "ask_only_me", "ask_everybody", "ask_send",
    "keep_title", "keep_label", "keep_send", "keep_none", "keep_done", "keep_unknown", "keep_not_permitted",
    "standard_title", "standard_question", "standard_question_hint", "standard_answer", "standard_send",
    "standard_not_permitted", "standard_unknown", "search_title", "search_label", "search_placeholder",
    "search_send", "searching", "search_hint", "field_empty", "working", "card_title", "result_title",
    "pair_unasked", "pair_decline", "pair_declined", "meant_there", "meant_gone", "meant_not_permitted",
]  # fmt: skip

DESK_TEXTS: Final[dict[DeskText, dict[Language, str]]] = {
    "thanks_up": {"zh": "谢谢，已记下 👍。", "en": "Thank you, 👍 it is."},
    "thanks_down": {
        "zh": "谢谢，已记下 👎。哪里不好？点一下就行，不选也可以。",
        "en": "Thank you, 👎 it is. What was wrong? One tap is enough, or leave it.",
    },
    "thanks_reasons": {
        "zh": "谢谢，原因也记下了。可以多选，再点一次取消。",
        "en": "Thank you, the reason is noted. Choose more if you like; tap one again to take it back.",
    },
    "thanks_comment": {"zh": "谢谢，你写的已经记下了。", "en": "Thank you, what you wrote is noted."},
    "withdrawn": {"zh": "已撤销，就当没有评价过。", "en": "Taken back: this answer has no verdict from you."},
    "undo": {"zh": "撤销", "en": "Undo"},
    "reason_irrelevant": {"zh": "答非所问", "en": "Off the point"},
    "reason_incomplete": {"zh": "不完整", "en": "Incomplete"},
    "reason_wrong": {"zh": "不对", "en": "Wrong"},
    "reason_outdated": {"zh": "过时了", "en": "Outdated"},
    "reason_should_not_be_shown": {"zh": "不该给人看", "en": "Should not have been shown"},
    "reason_other": {"zh": "其他…", "en": "Other…"},
    "comment_title": {"zh": "哪里不好？", "en": "What was wrong?"},
    "comment_label": {"zh": "请告诉我们", "en": "Tell us"},
    "comment_placeholder": {"zh": "例如：价格已经改成 120 了", "en": "Such as: the price is 120 by now"},
    "comment_empty": {"zh": "请写点什么。", "en": "Please write something."},
    "verdict_outsider": {
        "zh": "只有这个工作区自己的成员可以评价回答，所以没有记下。",
        "en": "Only members of this workspace can judge answers, so this was not noted.",
    },
    "verdict_not_permitted": {
        "zh": "你看不到这条回答所在的频道，所以没有记下你的评价。",
        "en": "You cannot read the channel that this answer belongs to, so your verdict was not noted.",
    },
    "verdict_unknown": {
        "zh": "这条回答已经不在档案里了，所以没有记下。",
        "en": "This answer is no longer kept, so nothing was noted.",
    },
    "outsider": {
        "zh": "只有这个工作区自己的成员可以用我。",
        "en": "Only members of this workspace can use me.",
    },
    "close": {"zh": "关闭", "en": "Close"},
    "cancel": {"zh": "取消", "en": "Cancel"},
    "send": {"zh": "提交", "en": "Send"},
    "try_later": {"zh": "这次没有成功，请过一会儿再试。", "en": "This did not work. Please try again in a moment."},
    "restarted": {
        "zh": "我中途重启了，你刚才的命令没有做完。还需要的话，再输入一次就好。",
        "en": "I was restarted before I was done with your command. If you still want it, type it again.",
    },
    "nothing_said": {"zh": "没有可以显示的内容。", "en": "There is nothing to show."},
    "bot_not_here": {
        "zh": "我不在这个频道里，没法在这里发言。请先用 /invite 邀请我。",
        "en": "I am not in this channel, so I cannot write here. Invite me first with /invite.",
    },
    "membership_unknown": {
        "zh": "我现在没法从 Slack 确认谁能看到这里，所以先不发。请过几分钟再试。",
        "en": "I cannot learn from Slack right now who reads here, so I hold back. Please try again in a few minutes.",
    },
    "again_gone": {
        "zh": "这条回答已经不在档案里了，请直接再问一次。",
        "en": "This answer is no longer kept. Please just ask again.",
    },
    "again_not_permitted": {
        "zh": "你看不到这条回答所在的频道，不能重新回答。",
        "en": "You cannot read the channel that this answer belongs to, so it is not answered again.",
    },
    "again_under_way": {
        "zh": "正在换一种答法，好了会在这里请你挑一个，只有你看得到。",
        "en": "Answering in another way. When it is ready you can pick one of the two here; only you see that.",
    },
    "again_same": {
        "zh": "换了一种做法，答案还是一样。要不换个说法再问一次？",
        "en": "I tried another way and the answer is the same. Would you ask in other words?",
    },
    "pair_asked": {
        "zh": "两个回答，哪个更好？选一个，另一个会消失。",
        "en": "Two answers: which is better? Pick one, the other goes away.",
    },
    "pair_unasked": {
        "zh": "偶尔想请你帮个忙：这两个回答，哪个更好？选一个，另一个会消失。只有你看得到，也可以不理。",
        "en": "Now and then I ask for help: which of these two answers is better? Pick one, the other goes away. "
        "Only you see this, and you can leave it.",
    },
    "pair_decline": {"zh": "不选", "en": "Not now"},
    "pair_declined": {"zh": "好的，原来的回答不变。", "en": "All right, the answer stays as it is."},
    "pair_pick": {"zh": "{name} 更好", "en": "{name} is better"},
    "pair_kept": {"zh": "谢谢，{name} 留下了，另一个已经撤掉。", "en": "Thank you. {name} stays, the other is gone."},
    "pair_kept_half": {
        "zh": "谢谢，记下了：{name} 更好。但频道里没能换成它，还是原来那个。",
        "en": "Thank you, noted: {name} is better. The channel still shows the other one: it could not be replaced.",
    },
    "pair_other": {"zh": "改选另一个", "en": "Keep the other one instead"},
    "pair_over": {
        "zh": "其中一个回答已经不在档案里了，没法再选。",
        "en": "One of the two answers is no longer kept, so there is nothing to choose.",
    },
    "meant_there": {
        "zh": "谢谢，记下了。标准答案已经在这里了。",
        "en": "Thank you, noted. The verified answer is here already.",
    },
    "meant_gone": {
        "zh": "这条标准答案现在给不了，可能刚被修改或撤下。请直接再问一次。",
        "en": "This verified answer cannot be given any more: it may have been changed or withdrawn. Please ask again.",
    },
    "meant_not_permitted": {
        "zh": "你看不到这条回答所在的频道，不能在这里要它的标准答案。",
        "en": "You cannot read the channel that this answer belongs to, so nothing is given.",
    },
    "share": {"zh": "分享到频道", "en": "Share to channel"},
    "shared_by": {"zh": "{name} 分享了我的回答 · 问题：{question}", "en": "{name} shared my answer to: {question}"},
    "shared": {"zh": "已分享到频道。", "en": "Shared to the channel."},
    "shared_before": {"zh": "这条回答已经分享过了。", "en": "This answer was shared here before."},
    "share_not_permitted": {
        "zh": "没有分享：这条回答的出处里，有这个频道里并非人人都能看的内容。"
        "可以在这里重新问一次，我只用大家都能看的内容来答。",
        "en": "Not shared: it rests on something that not everybody in this channel may read. I can answer here anew, "
        "from what everybody may read.",
    },
    "share_gone": {
        "zh": "没有分享：这条回答已经不在档案里了。",
        "en": "Not shared: this answer is no longer kept.",
    },
    "ask_here": {"zh": "在频道里问", "en": "Ask it here"},
    "asked_by": {"zh": "{name} 问：{question}", "en": "{name} asks: {question}"},
    "ask_title": {"zh": "就这个讨论串提问", "en": "Ask about this thread"},
    "ask_label": {"zh": "想知道什么？", "en": "What do you want to know?"},
    "ask_placeholder": {"zh": "例如：最后是怎么定的？", "en": "Such as: what was decided in the end?"},
    "ask_where": {"zh": "谁能看到回答", "en": "Who sees the answer"},
    "ask_only_me": {"zh": "只有我", "en": "Only me"},
    "ask_everybody": {"zh": "讨论串里的所有人", "en": "Everybody in the thread"},
    "ask_send": {"zh": "提问", "en": "Ask"},
    "keep_title": {"zh": "归入分类", "en": "Keep under…"},
    "keep_label": {"zh": "分类", "en": "Category"},
    "keep_send": {"zh": "归入", "en": "Keep"},
    "keep_none": {
        "zh": "还没有分类。管理员可以在管理页面里添加。",
        "en": "There are no categories yet. Your operator can add them on the operators' page.",
    },
    "keep_done": {"zh": "已归入“{category}”。", "en": "Kept under “{category}”."},
    "keep_unknown": {
        "zh": "这条消息（还）不在档案里，没法归类。",
        "en": "This message is not in the archive (yet), so it cannot be filed.",
    },
    "keep_not_permitted": {
        "zh": "你看不到这条消息所在的频道，没法归类。",
        "en": "You cannot read the channel of this message, so you cannot file it.",
    },
    "standard_title": {"zh": "设为标准答案", "en": "Standard answer"},
    "standard_question": {"zh": "问题", "en": "Question"},
    "standard_question_hint": {
        "zh": "以后有人这样问，就用下面的答案。",
        "en": "Whoever asks this from now on gets the answer below.",
    },
    "standard_answer": {"zh": "标准答案", "en": "Answer"},
    "standard_send": {"zh": "提交", "en": "Propose"},
    "standard_not_permitted": {
        "zh": "你看不到这条消息所在的频道，不能用它做标准答案。",
        "en": "You cannot read the channel of this message, so you cannot make it a standard answer.",
    },
    "standard_unknown": {
        "zh": "这条消息（还）不在档案里，不能用它做标准答案。",
        "en": "This message is not in the archive (yet), so it cannot become a standard answer.",
    },
    "search_title": {"zh": "搜索档案", "en": "Search the archive"},
    "search_label": {"zh": "找什么？", "en": "What are you looking for?"},
    "search_placeholder": {"zh": "例如：预算 2026，或 合同.pdf", "en": "Such as: budget 2026, or contract.pdf"},
    "search_send": {"zh": "搜索", "en": "Search"},
    "searching": {"zh": "正在翻档案…", "en": "Searching the archive…"},
    "search_hint": {
        "zh": "只搜你自己能看到的频道，别人看不到你搜了什么。",
        "en": "Only channels that you can read are searched, and nobody sees what you look for.",
    },
    "field_empty": {"zh": "这里不能空着。", "en": "Please fill this in."},
    "working": {"zh": "正在处理…", "en": "Working on it…"},
    "card_title": {"zh": "请确认", "en": "Please confirm"},
    "result_title": {"zh": "拾光", "en": "Shiguang"},
}


def say(key: DeskText, language: Language, **values: object) -> str:
    """A text, filled in."""
    return DESK_TEXTS[key][language].format(**values)
