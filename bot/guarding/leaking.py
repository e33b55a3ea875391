"""The bot's own prompt is nobody's business: questions for it are told so, and answers that hold it are not shown."""

import re
from functools import lru_cache
from typing import Final

from bot.guarding.disguises import plain_spelling, readings
from bot.prompts import PromptText, all_prompt_texts

_WORDS: Final = re.compile(r"[a-z0-9']+|[\u3400-\u9fff]")
_RUN: Final = 9
"""Words (in Chinese: characters) in a row that answer and prompt share only when one was copied."""
_ASKED: Final = re.compile(
    # your prompt, the system prompt: of the bot, not of a project
    r"\b(?:your|ur)\s(?:\w+\s){0,2}(?:prompt|instructions?|guidelines|system message|directives|rules|pre-?prompt)\b"
    r"(?!\s(?:for|to)\s(?:the|us|me)\b)"
    r"|\b(?:show|print|repeat|reveal|output|display|give|tell|leak|dump|recite|translate|summari[sz]e|quote|echo|write"
    r"|what(?:'s| is| are| was)|copy|encode|spell)\b[^.?!\n]{0,40}\b(?:the|this|that|initial|original|hidden|full"
    r"|entire)?\s?"
    r"(?:system|developer|hidden|initial|secret)\s(?:prompt|message|instructions?)\b(?!\s(?:of|in|for|we|did|from)\b)"
    r"|\b(?:repeat|print|output|copy|translate|recite|quote|echo|write out|show)\b[^.?!\n]{0,30}"
    r"\b(?:text|words?|everything|all|lines?|message|conversation|content|sentences?)\b[^.?!\n]{0,20}"
    r"\b(?:above|before this|preceding|so far|you were given|at the (?:top|start|beginning))\b"
    r"|\b(?:text|words|everything) above\b[^.?!\n]{0,40}\b(?:verbatim|word for word|code block)\b"
    r"|\bwhat (?:were|are) you (?:told|instructed|programmed)\b|\byou were (?:told|instructed|given) (?:to|at|by|in)\b"
    r"|\bstart(?:s|ing)? with [\"'“]?you are shiguang|\bverbatim\b[^.?!\n]{0,30}\binstructions\b"
    # 你的提示词、系统提示词、上面的文字
    r"|(?:你|您|妳)(?:自己)?的?(?:系统|初始|原始|内部|隐藏|完整|全部)?(?:的)?(?:提示词?|提示语|提示内容|prompt|指令"
    r"|设定|人设|系统消息"
    r"|规则(?:是|有|都|原文)|约束)"
    r"|(?:输出|打印|显示|重复|复述|告诉|给|发|说出|泄露|翻译|展示|贴|念|写出|看看|列出|用.{0,6}编码)[^。？！\n]{0,14}"
    r"(?:系统|初始|隐藏|原始|开发者)(?:的)?(?:提示词?|提示语|提示|prompt|指令|消息)"
    r"|(?:系统|初始|隐藏)(?:提示词|提示语|指令|prompt)[^。？！\n]{0,8}(?:是什么|有哪些|内容|原文|原样|发|说|给我|告诉)"
    r"|(?:重复|复述|输出|打印|翻译|原样|逐字)[^。？！\n]{0,12}(?:上面|以上|上文|前面|之前|这句话之前)[^。？！\n]{0,8}"
    r"(?:文字|内容|话|所有|全部|文本|指令|信息|提示)"
    r"|(?:上面|以上|上文|前面)(?:的)?(?:所有|全部)?(?:文字|内容|文本|话)[^。？！\n]{0,10}(?:原样|逐字|一字不差|重复"
    r"|输出|复述)"
    r"|你(?:最开始|一开始|最初)?(?:收到|被给|得到)[^。？！\n]{0,8}(?:指令|提示|要求|设定)"
)


def asks_for_prompt(question: str) -> bool:
    """Whether somebody asks for the bot's own instructions, in whatever spelling."""
    return any(_ASKED.search(reading) for reading in readings(question[:2000]))


def reveals_prompt(text: str) -> bool:
    """Whether a text holds a run of words of any prompt of the bot."""
    words, runs = _WORDS.findall(plain_spelling(text)), _prompt_runs(all_prompt_texts())
    return any(tuple(words[at : at + _RUN]) in runs for at in range(len(words) - _RUN + 1))


@lru_cache(maxsize=4)
def _prompt_runs(prompts: tuple[PromptText, ...]) -> frozenset[tuple[str, ...]]:
    texts = [_WORDS.findall(plain_spelling(prompt.text)) for prompt in prompts]
    return frozenset(tuple(words[at : at + _RUN]) for words in texts for at in range(len(words) - _RUN + 1))
