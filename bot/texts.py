"""What the bot itself says, in both languages. Tests check that every text exists in both."""

from typing import Literal

from bot.errors import Language

TextKey = Literal[
    "searching",
    "searched_for",
    "reading",
    "waiting",
    "nothing_found",
    "told_or_asked",
    "not_in_records",
    "not_supported",
    "here_is_what_i_found",
    "greeting",
    "thanks",
    "feedback",
    "clock",
    "how_to_set",
    "listening_on",
    "listening_off",
    "listening_not_here",
    "training_yes",
    "training_no",
    "training_unsaid",
    "training_unsaid_allowed",
    "how_to_forget",
    "source_deleted",
    "not_permitted_now",
    "prompt_not_told",
    "no_results",
    "help",
    "unknown_command",
    "empty_question",
    "timeline_empty",
    "results",
    "story",
    "story_of_a_day",
    "story_more",
    "story_scenes_more",
    "a_week_later",
    "weeks_later",
    "months_later",
    "time_understood",
    "time_nothing_inside",
    "time_event",
    "time_since",
    "time_until",
    "outdated",
    "summary",
    "summary_thread",
    "summary_missed",
    "summary_reading",
    "summary_progress",
    "summary_quiet",
    "changed",
    "quoted",
    "ask_me_directly",
    "called_off",
    "proposed",
    "proposed_by_tick",
]

TEXTS: dict[TextKey, dict[Language, str]] = {
    "proposed": {
        "zh": "已提议给管理员，批准后大家再问就直接给出这个答案。",
        "en": "Proposed to your operators. Once they approve it, it is given whenever this is asked.",
    },
    "proposed_by_tick": {
        "zh": "你的 ✅ 把这条回复提议为标准答案，批准与否由管理员决定。取消 ✅ 就撤回提议。",
        "en": "Your ✅ proposes this reply as the standard answer; operators decide. Take it away to take it back.",
    },
    "searching": {"zh": "正在翻档案…", "en": "Searching the archive…"},
    "searched_for": {"zh": "按“{query}”搜索…", "en": "Searched for “{query}” …"},
    "reading": {"zh": "正在阅读找到的 {count} 条记录…", "en": "Reading {count} records…"},
    "waiting": {"zh": "前面还有 {count} 个问题在排队…", "en": "Questions before yours: {count} …"},
    "nothing_found": {
        "zh": "在你能看到的频道里没有找到相关内容。换个说法，或加上人名、日期再问一次？",
        "en": "I found nothing about this in the channels you can read. Try other words, or add a name or a date.",
    },
    "told_or_asked": {
        "zh": "你说的我存下了，以后可以问到。如果是在提问：没有找到相关内容，换个说法，或加上人名、日期再问一次？",
        "en": "I keep what you said, and it can be asked about from now on. If it was a question: I found nothing; "
        "try other words, or add a name or a date.",
    },
    "not_in_records": {
        "zh": "记录里没有能直接回答的内容。最接近的是：",
        "en": "The records do not answer this directly. The closest I found:",
    },
    "not_supported": {
        "zh": "我写的回答在记录里找不到依据，所以没有采用。相关的原文是：",
        "en": "What I wrote is not supported by the records, so I left it out. What they say:",
    },
    "here_is_what_i_found": {"zh": "这是我找到的原文：", "en": "Here is what I found:"},
    "greeting": {
        "zh": "在的！问我团队聊过或分享过的任何事，例如“发布日期最后定在哪天？”。输入 /help 看看还能做什么。",
        "en": "Here! Ask me about anything the team said or shared, such as “When is the launch?”. /help tells more.",
    },
    "thanks": {
        "zh": "不客气！回答有没有用，点它下面的 👍 或 👎 就行。",
        "en": "You are welcome! 👍 or 👎 under an answer tells me whether it helped.",
    },
    "feedback": {
        "zh": "谢谢告诉我。请点那条回答下面的 👍 或 👎，它会按这个被核对和改正；也可以换个说法再问一次。",
        "en": "Thank you for telling me. 👍 or 👎 under that answer gets it looked at and mended; or ask again in "
        "other words.",
    },
    "clock": {"zh": "现在是 {now}。", "en": "It is {now}."},
    "how_to_set": {
        "zh": "我能改的设置有三个：/旁听（要不要主动回答）、/日报 和 /训练（你的话能不能用来训练模型）。"
        "回答用什么语言不用设置，跟着提问走。",
        "en": "Three things can be set: /listen (whether I answer unasked), /digest and /training (whether your words "
        "may train a model). The language of an answer is that of the question.",
    },
    "listening_on": {
        "zh": "旁听：开。没有点名问谁、而档案里明确有答案的问题，我会在话题里回答，十分钟最多一次。/旁听 关 可以关掉。",
        "en": "Listening: on. I answer in a thread, at most once in ten minutes, what nobody in particular was asked "
        "and the archive plainly holds. /listen off ends it.",
    },
    "listening_off": {
        "zh": "旁听：关。只有 @我、在我的话题里或用命令时我才回答。/旁听 开 可以打开。",
        "en": "Listening: off. I answer when mentioned, in my threads and by command. /listen on changes it.",
    },
    "listening_not_here": {
        "zh": "旁听只能由这个群的成员在群里设置。",
        "en": "Listening is switched in a group chat, by one of its members.",
    },
    "training_yes": {
        "zh": "训练：你同意。你在已允许的频道里说的话和给的评价可以导出用来训练模型；私聊要里面每个人都同意才行。"
        "/训练 关 可以随时收回。",
        "en": "Training: you agree. What you say and judge in channels that allow it may be exported to train a model; "
        "a direct chat only when everybody in it agrees. /training off takes it back at any time.",
    },
    "training_no": {
        "zh": "训练：你不同意。从现在起，导出里没有你的话和你的评价。/训练 开 可以改。",
        "en": "Training: you do not agree. From now on no export holds your words or verdicts. /training on changes "
        "it.",
    },
    "training_unsaid": {
        "zh": "训练：这里没有允许，所以什么也不会导出。/训练 开 或 /训练 关 说明你自己的话能不能用。",
        "en": "Training: it is not allowed here, so nothing is exported. /training on or /training off says whether "
        "your own words may be used.",
    },
    "training_unsaid_allowed": {
        "zh": "训练：这个频道允许导出，你没有说过不同意，所以你在这里的话可能会用来训练模型。"
        "/训练 关 可以把你的话排除在外。",
        "en": "Training: this channel allows it and you have not said no, so what you say here may be used to train a "
        "model. /training off takes your words out.",
    },
    "how_to_forget": {
        "zh": "我只删你自己在这里说过的话，而且会先请你确认，例如：/忘记 最近 3 条。别人的消息由本人或管理员删除；"
        "在聊天里删除或撤回的，马上就会从档案里消失。",
        "en": "I delete only what you said here yourself, after you confirm, such as: /forget last 3. What others said "
        "is deleted by them or an administrator; what is deleted in the chat leaves the archive at once.",
    },
    "source_deleted": {
        "zh": "这条回答引用的消息已被删除或修改，回答已撤下。可以再问一次。",
        "en": "A message this answer rested on was deleted or changed; the answer was withdrawn. Ask again.",
    },
    "not_permitted_now": {
        "zh": "回答写好之前，它引用的频道变得不是这里所有人都能看了，所以不显示。可以再问一次。",
        "en": "While I was answering, a channel it rests on was closed to some who read here, so I do not show it. "
        "Ask again.",
    },
    "prompt_not_told": {
        "zh": "我的内部设定不对外提供。关于团队聊过或分享过的事，尽管问我；/help 看看我能做什么。",
        "en": "I do not share my own instructions. Ask me about anything the team said or shared; /help tells more.",
    },
    "no_results": {"zh": "没有找到“{query}”。", "en": "Nothing found for “{query}”."},
    "results": {"zh": "“{query}”的结果：", "en": "Results for “{query}”:"},
    "help": {
        "zh": "我记得团队聊过的话和分享过的文件。\n{commands}\n也可以直接 @我 提问，或在私聊里问。"
        "答案后面的 [1] 是出处，点开就能看到原文；请用 👍 👎 告诉我答得对不对。",
        "en": "I remember what the team said and shared.\n{commands}\nOr just @mention me, or ask in a direct chat. "
        "[1] after a sentence is its source: open it to see the original. Tell me with 👍 👎 whether I was right.",
    },
    "unknown_command": {
        "zh": "没有 {name} 这个命令，输入 /help 查看全部命令。",
        "en": "There is no command {name}. Type /help to see them all.",
    },
    "empty_question": {"zh": "请在命令后面写上内容，例如：{usage}", "en": "Write something after the command: {usage}"},
    "summary": {"zh": "总结", "en": "summary"},
    "summary_thread": {"zh": "话题总结", "en": "thread summary"},
    "summary_missed": {"zh": "你错过的", "en": "what you missed"},
    "summary_reading": {"zh": "正在读消息…", "en": "Reading the messages…"},
    "summary_progress": {"zh": "正在总结第 {done} 段对话，共 {count} 段…", "en": "Conversation {done} of {count} …"},
    "summary_quiet": {
        "zh": "{about}：没有需要总结的内容。换一个时间或话题试试，例如：/总结 上周",
        "en": "{about}: there is nothing to summarise. Try another time or topic, such as: /summary last week",
    },
    "timeline_empty": {"zh": "这里还没有记录。", "en": "There are no records here yet."},
    "story": {
        "zh": "“{topic}”的来龙去脉：{count} 条相关记录，{first} 至 {last}",
        "en": "The story of “{topic}”: {count} records about it, {first} to {last}",
    },
    "story_of_a_day": {
        "zh": "“{topic}”的来龙去脉：{count} 条相关记录，都在 {first}",
        "en": "The story of “{topic}”: {count} records about it, all of {first}",
    },
    "story_more": {"zh": "另有 {count} 条相关", "en": "and {count} more about it"},
    "story_scenes_more": {
        "zh": "还有 {count} 段次要的对话没有列出；加大 --limit 可以看到更多。",
        "en": "{count} less telling conversations are left out; a larger --limit shows more.",
    },
    "a_week_later": {"zh": "一周后", "en": "a week later"},
    "weeks_later": {"zh": "{count} 周后", "en": "{count} weeks later"},
    "months_later": {"zh": "{count} 个月后", "en": "{count} months later"},
    "time_understood": {"zh": "时间：{said} = {period}", "en": "Time: {said} = {period}"},
    "time_nothing_inside": {
        "zh": "{period}（{said}）没有相关记录，以下来自其他时间。",
        "en": "Nothing from {period} ({said}); these are from other times.",
    },
    "time_event": {
        "zh": "{period}（{author} 于 {when} 说：“{quote}”）",
        "en": "{period} ({author}, {when}: “{quote}”)",
    },
    "time_since": {"zh": "{moment} 起", "en": "since {moment}"},
    "time_until": {"zh": "{moment} 为止", "en": "until {moment}"},
    "ask_me_directly": {
        "zh": "我只找了这里每个人都能看的频道；私聊问我，就会找你能看的所有频道。",
        "en": "I looked only in channels that everybody here may read; "
        "ask me in a direct message to look in all of yours.",
    },
    "quoted": {"zh": "{author} 在 {when} 写道：“{quote}”", "en": "{author} wrote on {when}: “{quote}”"},
    "changed": {
        "zh": "{when}改为 {new}；此前为 {old}。",
        "en": "Changed to {new} on {when}; before that it was {old}.",
    },
    "called_off": {
        "zh": "{when}已取消；此前为 {old}。",
        "en": "Called off on {when}; before that it was {old}.",
    },
    "outdated": {"zh": "已过时，见 {when}", "en": "outdated, see {when}"},
}


def say(key: TextKey, language: Language, **values: object) -> str:
    """The text in the reader's language with its values filled in."""
    return TEXTS[key][language].format(**values)
