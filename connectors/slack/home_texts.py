"""What the home tab says, in both languages. Plain text, to be escaped."""

from typing import Final, Literal

from connectors.connector import Language
from connectors.slack.counting import counted

HomeText = Literal[
    "title", "intro", "how_mention", "how_direct", "how_command", "how_shortcut", "search", "refresh",
    "channels", "channel", "messages_only", "since", "complete", "reading", "listens", "digest_at", "channels_left",
    "empty", "empty_how", "digests", "no_digests", "files", "file", "no_files", "foot",
    "listen_on", "listen_off", "set_digest",
    "digest_title", "digest_when", "digest_daily", "digest_weekly", "digest_off", "digest_day", "digest_time",
    "digest_send", "day_mon", "day_tue", "day_wed", "day_thu", "day_fri", "day_sat", "day_sun",
]  # fmt: skip

HOME_TEXTS: Final[dict[HomeText, dict[Language, str]]] = {
    "title": {"zh": "{bot} · {workspace}", "en": "{bot} · {workspace}"},
    "intro": {
        "zh": "我记得团队在频道里聊过的话和分享过的文件。问我，我用原文回答，每一句都带出处。",
        "en": "I remember what the team said and shared in its channels. Ask, and I answer from the originals, each "
        "sentence with its source.",
    },
    "how_mention": {
        "zh": "在频道里 {mention} 提问，大家都看得到回答",
        "en": "{mention} in a channel: everybody there sees the answer",
    },
    "how_direct": {"zh": "在“消息”标签页里私信我", "en": "Write to me under “Messages”"},
    "how_command": {
        "zh": "随处输入 `/shiguang 你的问题`，只有你看得到；`/shiguang 帮助` 列出全部命令",
        "en": "Type `/shiguang your question` anywhere: only you see it. `/shiguang help` lists all commands",
    },
    "how_shortcut": {
        "zh": "任何一条消息的“更多操作”里：就讨论串提问、归类、设为标准答案",
        "en": "In the menu of any message: ask about its thread, file it, make it a standard answer",
    },
    "search": {"zh": "🔎 搜索档案", "en": "🔎 Search the archive"},
    "refresh": {"zh": "刷新", "en": "Refresh"},
    "channels": {"zh": "这里存了什么", "en": "What is kept here"},
    "channel": {"zh": "{messages} 条消息 · {files} 个文件", "en": "{messages} messages · {files} files"},
    "messages_only": {"zh": "{messages} 条消息", "en": "{messages} messages"},
    "since": {"zh": "自 {date} 起", "en": "since {date}"},
    "complete": {"zh": "历史已读完", "en": "history complete"},
    "reading": {"zh": "⏳ 还在读更早的历史", "en": "⏳ still reading what is older"},
    "listens": {"zh": "👂 会主动回答", "en": "👂 answers unasked"},
    "digest_at": {"zh": "📰 {when}", "en": "📰 {when}"},
    "channels_left": {
        "zh": "还有 {count} 个频道，用 `/shiguang 状态` 查看。",
        "en": "{count} more channels; type `/shiguang status` in one to see about it.",
    },
    "empty": {"zh": "还没有存下任何频道。", "en": "No channel is kept yet."},
    "empty_how": {
        "zh": "在一个频道里输入 `/invite @{bot}` 邀请我，我就从它的历史读起；读的时候也可以提问。",
        "en": "Type `/invite @{bot}` in a channel: I begin with its history, and you can ask while I read.",
    },
    "digests": {"zh": "我的日报", "en": "My digests"},
    "no_digests": {
        "zh": "还没有。在频道里输入 `/shiguang 日报 每天 9点`，或从上面频道右边的菜单里设置。",
        "en": "None yet. Type `/shiguang digest daily 09:00` in a channel, or use the menu of a channel above.",
    },
    "files": {"zh": "最新的文件", "en": "Latest files"},
    "file": {"zh": "{channel} · {author} · {date}", "en": "{channel} · {author} · {date}"},
    "no_files": {"zh": "还没有分享过文件。", "en": "No files were shared yet."},
    "foot": {
        "zh": "只列出你自己能看到的内容。更新于 {time}",
        "en": "Only what you may read yourself is listed. As of {time}",
    },
    "listen_on": {"zh": "让我主动回答", "en": "Let me answer unasked"},
    "listen_off": {"zh": "不再主动回答", "en": "Stop answering unasked"},
    "set_digest": {"zh": "设置日报…", "en": "Digest…"},
    "digest_title": {"zh": "频道日报", "en": "Digest of a channel"},
    "digest_when": {"zh": "什么时候发到频道", "en": "When it comes to the channel"},
    "digest_daily": {"zh": "每天", "en": "Every day"},
    "digest_weekly": {"zh": "每周", "en": "Every week"},
    "digest_off": {"zh": "不发", "en": "Never"},
    "digest_day": {"zh": "星期几（每周发时）", "en": "On which day, if every week"},
    "digest_time": {"zh": "几点", "en": "At what time"},
    "digest_send": {"zh": "保存", "en": "Save"},
    "day_mon": {"zh": "星期一", "en": "Monday"},
    "day_tue": {"zh": "星期二", "en": "Tuesday"},
    "day_wed": {"zh": "星期三", "en": "Wednesday"},
    "day_thu": {"zh": "星期四", "en": "Thursday"},
    "day_fri": {"zh": "星期五", "en": "Friday"},
    "day_sat": {"zh": "星期六", "en": "Saturday"},
    "day_sun": {"zh": "星期日", "en": "Sunday"},
}


def home_text(key: HomeText, language: Language, **values: object) -> str:
    """A text, filled in."""
    return counted(HOME_TEXTS[key][language].format(**values))
