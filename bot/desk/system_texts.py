"""Warnings of the system's page in plain words, each with what to do."""

from typing import Final

from bot.errors import Language


class Warned:
    """Which warning, with what it names."""

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values


_TEXTS: Final[dict[str, dict[Language, tuple[str, str]]]] = {
    "no_model": {
        "zh": ("没有设置语言模型：提问只返回搜索结果。", "在 shiguang.toml 里设置 llm.backend，然后重启。"),
        "en": (
            "No language model is set: questions are answered with what search finds.",
            "Set llm.backend in shiguang.toml and restart.",
        ),
    },
    "model_away": {
        "zh": ("语言模型没有运行（{code}）：提问只返回搜索结果。", "在服务器上运行 shiguang doctor，按它说的做。"),
        "en": (
            "The language model does not run ({code}): questions are answered with what search finds.",
            "Run shiguang doctor on the server and do what it says.",
        ),
    },
    "archive_away": {
        "zh": ("档案库没有回应（{code}）：现在搜不到任何内容，消息不会丢。", "在服务器上运行 shiguang doctor。"),
        "en": (
            "The archive does not answer ({code}): nothing can be found now; no message is lost.",
            "Run shiguang doctor on the server.",
        ),
    },
    "platform_away": {
        "zh": (
            "{platform} 没有连上（{code}）：那里的人现在得不到回答。",
            "在服务器上运行 shiguang doctor {platform}。",
        ),
        "en": (
            "{platform} is not connected ({code}): people there get no answers now.",
            "Run shiguang doctor {platform} on the server.",
        ),
    },
    "inbox_failed": {
        "zh": ("{count} 个收到的事件没能存档，它们都留着。", "在服务器上运行 shiguang doctor --fix，会再试一次。"),
        "en": (
            "{count} received events could not be archived; they are kept.",
            "Run shiguang doctor --fix on the server: they are tried again.",
        ),
    },
    "index_failed": {
        "zh": ("{count} 条记录没能写进搜索，搜不到它们。", "在服务器上运行 shiguang doctor --fix。"),
        "en": (
            "{count} records could not be made searchable, so nobody finds them.",
            "Run shiguang doctor --fix on the server.",
        ),
    },
    "letters_failed": {
        "zh": (
            "{count} 封平台来信没能看懂，已搁置，七天后丢弃。",
            "看日志里的原因；升级后再看这里是否还在增加。",
        ),
        "en": (
            "{count} deliveries of a platform were not understood and set aside; they are dropped after seven days.",
            "The log says why; after an upgrade, see whether the number still grows.",
        ),
    },
    "index_waits": {
        "zh": ("{count} 条记录还在等着变得可搜索。", "大批导入之后这是正常的；等数字降下来。"),
        "en": (
            "{count} records still wait to become searchable.",
            "After a large import that is as it should be; wait for the number to fall.",
        ),
    },
    "disk_full": {
        "zh": ("磁盘只剩 {free} GB：满了以后就不能再存文件和消息。", "腾出空间，或给频道设保留期限。"),
        "en": (
            "Only {free} GB are left on the disk: when it is full, nothing more can be kept.",
            "Free some space, or give channels a limit of days.",
        ),
    },
    "queue_full": {
        "zh": ("提问的人太多，新的提问会被告知稍后再来。", "换更小的模型，或用带 GPU 的模型服务（llm.backend）。"),
        "en": (
            "So many people ask that new ones are told to come back later.",
            "Take a smaller model, or a model server with a GPU (llm.backend).",
        ),
    },
    "import_stopped": {
        "zh": ("导入“{name}”中断了，还没有完成。", "再运行一次同样的 shiguang import 命令，会从中断处继续。"),
        "en": (
            "The import of {name} was interrupted and is not complete.",
            "Run the same shiguang import command again: it goes on where it stopped.",
        ),
    },
}


def warned(one: Warned, language: Language) -> dict[str, str]:
    """What is wrong and what to do."""
    what, advice = _TEXTS[one.key][language]
    return {"key": one.key, "what": what.format(**one.values), "advice": advice.format(**one.values)}
