"""Passages that give orders to their reader: they stay findable and are shown as what somebody wrote, no more.

A message to people may say "ignore my last message" or "reply by Friday". What gives orders to a bot speaks of its
instructions, of what it is, or of what it must say when asked; one such sign may be chance where it is a weak one,
two of different kinds are not.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.answering.evidence import Evidence
from bot.errors import Language
from bot.guarding.disguises import readings

_STRONG: Final = re.compile(
    # To let go of the instructions
    r"\b(?:ignore|disregard|forget|override|bypass|neglect|overrule|cancel|supersedes?|replaces?|void)\b[^.!?\n]{0,40}"
    r"\b(?:instructions?|prompts?|guidelines|directives|system message|programming|training|guardrails|safety rules)\b"
    r"|\b(?:ignore|disregard|forget|override)\b[^.!?\n]{0,12}\b(?:previous|prior|your|all|above|any"
    r"|other)\b[^.!?\n]{0,24}"
    r"\b(?:rules|constraints|orders|commands|context|records|sources|passages|restrictions)\b"
    r"|\b(?:new|updated|real|actual|revised|following|hidden|secret|additional)\s(?:system\s)?(?:instructions?|prompt"
    r"|directives?)\s?"
    r"(?::|\sfor\s(?:the|you|any|all|every)\b|\sfollow)"
    r"|\b(?:system prompt|developer mode|jailbr[eo]a?ke?n?|do anything now|god mode|dan mode|prompt injection)\b"
    r"|(?:忽略|无视|忘记|忘掉|忘了|不要理会|不用理会|别管|抛弃|跳过|丢弃|覆盖|推翻|取消|废除|作废)[^。！？\n]{0,14}"
    r"(?:指令|指示|提示词|提示语|系统提示|系统消息|prompt|设定|系统规则|安全规则|训练|约束)"
    r"|(?:忽略|无视|忘记|忘掉|不要理会|别管|抛弃)[^。！？\n]{0,4}(?:之前|以上|上面|前面|先前|所有|全部|其他|其它|你的"
    r"|一切)[^。！？\n]{0,6}"
    r"(?:规则|命令|要求|记录|资料|来源|限制|上下文)"
    r"|(?:新的?|最新的?|真正的?|隐藏的?|以下)?(?:系统|开发者)(?:指令|提示词?|消息|命令|指示|提示语)\s?(?::|：|如下|是"
    r"|更新)"
    r"|新(?:的)?(?:指令|指示|提示词)\s?(?::|：|如下|是)|系统提示词|开发者模式|越狱|提示词?注入"
    # Markers of roles, tools and of the ends of prompts
    r"|<\s?\|?\s?/?(?:im_start|im_end|system|assistant|endoftext|eot_id|start_header_id|user|tool_call|function|tool"
    r"|instructions?|inst)"
    r"\s?(?:\|?\s?>|=)"
    r"|<｜[^<>｜\n]{1,40}｜>|\[\s?/?(?:inst|system|assistant|system message|tool_calls?)\s?\]|<<\s?/?sys\s?>>"
    r"|<(?:start|end)_of_turn>"
    r"|(?:^|\n)\s?[#>*\-]{0,4}\s?(?:system|assistant|developer|系统|助手|开发者|系统消息)\s?(?:message|prompt"
    r"|override|instructions?|note)?"
    r"\s?\*{0,2}[:：]"
    r"|#{2,5}\s?(?:instructions?|system|response|assistant|end of (?:records|context|prompt)|指令|系统|记录结束|回答)"
    r"|(?:begin|end|结束|开始)(?: of)?\s?(?:system|records|context|prompt|instructions?|记录|指令"
    r"|系统)[^\n]{0,12}(?:---|===|\]|###|】)"
    r"|\"?(?:function_call|tool_call|tool_use|tool)\"?\s?[:=]\s?[{\"\[]|\"(?:name|function|action"
    r"|tool)\"\s?:\s?\"[\w.]{2,40}\"\s?,\s?"
    r"\"(?:arguments|parameters|args|input)\""
    r"|\b(?:final )?answer from the (?:assistant|bot|archive)\b\s?:"
)
_ADDRESSED: Final = (
    r"(?:\b(?:ai|a\.i\.|llms?|gpt|chat\s?bots?|bots?|assistants?|language models?|shiguang|the model|summari[sz]er"
    r"|agents?)\b"
    r"|机器人|小助手|助手|智能体|人工智能|大模型|语言模型|拾光|模型)"
)
_MUST: Final = (
    r"(?:\b(?:must|shall|should|will|have to|need to|has to|always|never|do not|don't|please|is to|are to|now)\b"
    r"|必须|应该|应当|务必|需要|一律|总是|永远|绝不|不要|不得|请|要|只能|都要|都得|统统|立即|马上|现在)"
)
_SAYING: Final = (
    r"(?:\b(?:say|reply|respond|answer|output|print|write|return|append|include|state|claim|mention|tell|insert"
    r"|repeat|end|begin"
    r"|start|finish|quote|cite|add|display|post|speak|talk|translate|refuse)\b"
    r"|回复|回答|输出|打印|返回|写上|附上|加上|重复|声称|说|告诉|提及|显示|插入|贴上|结尾|开头|翻译|拒绝|引用)"
)
_WEAK: Final = {
    "order to a bot": re.compile(
        _ADDRESSED + r"[^.!?。！？\n]{0,40}?" + _MUST + "|" + _MUST + r"[^.!?。！？\n]{0,16}?" + _ADDRESSED
        + r"|\b(?:dear|attention|hey|note to|message (?:to|for)|instructions? (?:to|for)|warning to|to (?:all|any|the"
          r"|every))\s"
        r"(?:the |any |all |every )?" + _ADDRESSED + r"|(?:致|给|告知|通知|各位|亲爱的)[^。\n]{0,4}" + _ADDRESSED
        + "|" + _ADDRESSED + r"(?:注意|请注意|\s?[:：,，])"
    ),
    "what to say": re.compile(
        r"\b(?:say|reply|respond|answer|output|print|write|return)\b[^.!?\n]{0,16}"
        r"\b(?:only|just|exactly|nothing but|verbatim|with the (?:word|phrase|words|text|string|link|code|sentence)"
        r"|the (?:word|phrase|words|string|sentence)|with:)"
        r"|\b(?:say|reply|respond|answer|output|print|write|return)\b(?: with)?\s?[:\"'“]"
        r"|\b(?:append|include|insert|add|end|begin|start|finish|prefix|open|close)\b[^.!?\n]{0,30}"
        r"\b(?:answer|reply|response|summary|output|message|repl(?:y|ies)|answers|responses|digest)s?\b"
        r"|\b(?:every|any|each|all|your|the final|its)\s(?:future |next |other )?(?:answer|reply|response|output"
        r"|summary)(?:s|ies)?\b"
        r"|(?:只|仅|都|统一|一律|必须|直接|要|请|就)(?:要|能|许|需|须)?(?:回复|回答|输出|打印|返回|说|写|答)"
        r"|(?:回复|回答|输出|打印|返回|说|写|答)[^。！？\n]{0,8}[:：“「\"『']"
        r"|(?:结尾|末尾|最后|开头|前面|后面|里)[^。！？\n]{0,6}(?:加上|附上|写上|放上|贴上|加入|插入|写|加|附)"
        r"|(?:每个|每条|所有|任何|你的|最终|一切)(?:的)?(?:回答|回复|答案|总结|摘要|输出|答复)"
    ),
    "when asked": re.compile(
        r"\b(?:when|whenever|if|once|in case|anytime|each time|every time)\b[^.!?\n]{0,30}\b(?:asks?|asked|asking"
        r"|questions?|query|"
        r"quer(?:y|ied)|summari[sz]\w+|answering|reads?|reading|see this|processing)\b"
        r"|\b(?:any|every|all|each|whatever|no matter what)\b[^.!?\n]{0,12}\b(?:questions?|quer(?:y|ies)|asks?|users?"
        r"|prompts?)\b"
        r"|(?:如果|当|若|只要|凡是|不管|无论|不论|任何人?|有人|用户|谁|以后|下次)[^。！？\n]{0,12}(?:问|提问|询问"
        r"|查询|总结|读到|看到这)"
        r"|(?:所有|任何|每个|一切|全部)(?:的)?(?:问题|提问|查询)|(?:回答|总结|摘要|读到|看到)[^。！？\n]{0,10}(?:时"
        r"|的时候|后)"
    ),
    "who you are": re.compile(
        r"\b(?:you are|you're|you will be|act as|behave as|pretend|role-?play|impersonate)\b[^.!?\n]{0,24}"
        r"\b(?:now|no longer|unrestricted|pirate|persona|evil|different|free|called|dan|from now)\b"
        r"|\bfrom now on\b|\bhenceforth\b|\bfrom this (?:point|moment|message) on"
        r"|(?:你|拾光)(?:现在|从此|将|已经|不再)(?:是|扮演|变成|叫|只)|扮演|假装你?是|从现在(?:起|开始)|从此(?:以后)?"
        r"|今后(?:你|都|一律)|接下来(?:你|都|一律)"
    ),
    "which language": re.compile(
        r"\b(?:in|speak|to|into|use|using)\s(?:french|german|spanish|russian|japanese|korean|latin|italian|portuguese"
        r"|klingon|morse"
        r"|base64|rot13|pig latin|all caps|emoji|json|html|rhyme|(?:only )?(?:english|chinese))\b"
        r"|(?:用|改用|说|讲|换成|翻译成|以)(?:法语|德语|西班牙语|俄语|日语|韩语|英语|英文|中文|拉丁语|文言文|海盗"
        r"|json|html|base64|表情)"
    ),
    "what to conceal": re.compile(
        r"\b(?:do not|don't|never|without|stop|must not|refuse to|cannot|avoid)\b[^.!?\n]{0,12}"
        r"\b(?:mention(?:ing)?|reveal(?:ing)?|tell(?:ing)?|cite|citing|citations?|sources?|quot(?:e|ing)|disclos(?:e"
        r"|ing)|answer(?:ing)?"
        r"|warn(?:ing)?|searching|use the (?:records|archive))\b"
        r"|(?:不要|别|禁止|不得|不能|不许|无需|拒绝|停止)(?:再)?(?:告诉|透露|提及|提到|引用|标注|说明|说出|回答|检索"
        r"|使用记录|注明)"
    ),
    "deed": re.compile(
        r"\b(?:delete|erase|forget|wipe|purge|remove|clear|drop)\b[^.!?\n]{0,24}\b(?:archive|everything"
        r"|all (?:messages|records|files|data)"
        r"|history|memory|database|channel|user)\b"
        r"|\b(?:notify|mention|ping|tag|call|alert|email|send|post|forward|upload|fetch|open|visit|download"
        r"|exfiltrate)\b[^.!?\n]{0,24}"
        r"(?:\b(?:everyone|everybody|@?channel|@?here|https?|url|link|webhook)|@all|@所有人)"
        r"|\b(?:grant|give|make|elevate)\b[^.!?\n]{0,24}\b(?:admin|permission|access to|root|operator)\b"
        r"|(?:删除|清空|清除|抹掉|忘掉|忘记|销毁)[^。！？\n]{0,10}(?:档案|所有|全部|一切|记录|消息|数据库|历史|记忆"
        r"|频道)"
        r"|(?:通知|@|艾特|提醒|转发|发送|上传|访问|打开|下载)[^。！？\n]{0,10}(?:所有人|全员|大家|链接|网址|http|外部"
        r"|这个地址|私密)"
    ),
    "authority": re.compile(
        r"\b(?:as (?:the|an|your)|i am (?:the|an|your)|this is (?:the|an|your)|by order of"
        r"|on behalf of)\s(?:\w+\s){0,2}"
        r"(?:admin\w*|operator|developer|owner|ceo|root|security team|superuser|system)\b"
        r"|\b(?:admin|operator|developer|root|sudo|system|maintenance)\s?(?:override|mode|command|authori[sz]ation"
        r"|access|notice)\b"
        r"|(?:作为|我是|以)[^。！？\n]{0,6}(?:管理员|开发者|运维|系统|老板|主人|超级用户)(?:的)?(?:身份|权限|命令"
        r"|授权)?|管理员(?:命令|指令|授权|模式|要求)|最高权限"
    ),
    "ignore": re.compile(
        r"\b(?:ignore|disregard|forget|discard|override)\b[^.!?\n]{0,24}\b(?:everything|all|other|previous|earlier"
        r"|above|before|rest)\b"
        r"|(?:忽略|无视|忘记|忘掉|不要相信|别信|不用管)[^。！？\n]{0,8}(?:其他|其它|之前|以上|前面|别的|所有|全部"
        r"|一切|上面)"
    ),
    "the only truth": re.compile(
        r"\b(?:only|sole|single)\s(?:correct|valid|true|trusted|reliable|authoritative|acceptable"
        r"|right)\b[^.!?\n]{0,20}"
        r"\b(?:answer|source|record|message|fact|truth|reply)\b|\b(?:all|any|every) other (?:records?|messages?"
        r"|sources?|answers?)\b"
        r"|(?:唯一)(?:的)?(?:正确|有效|可信|真实|合法|准确)?(?:的)?(?:答案|来源|记录|消息|事实|回答)|(?:其他|其它"
        r"|别的)(?:的)?(?:记录|消息|来源|答案)[^。\n]{0,6}"
        r"(?:都|全|均)(?:是|为|不|错|假|作废|无效)"
    ),
}  # fmt: skip
"""Signs that also occur among people."""


_WINDOW: Final = 320
"""Characters within which two weak signs belong together: a page of a file has room for chance."""
_SOMEBODY: Final[dict[Language, tuple[str, str, str]]] = {
    "zh": ("某人", "某频道", "某文件"),
    "en": ("somebody", "a channel", "a file"),
}


def gives_orders(text: str) -> bool:
    """Whether a text tries to command whoever reads it with a model, in the clear or in a simple disguise.

    Linear in the text.
    """
    return any(_STRONG.search(reading) or _has_two_signs(reading) for reading in readings(text))


def is_suspicious_name(name: str) -> bool:
    """The same of a name, where one sign is enough: nobody is called like that."""
    return any(_STRONG.search(reading) or _signs(reading) for reading in readings(name))


def as_material(evidence: Sequence[Evidence], language: Language) -> list[Evidence]:
    """What the model is given and sentences are checked against: without passages and names that give orders.

    Numbers stay, so that citations point into the whole list; people are still shown all of it.
    """
    return [_with_plain_names(item, language) for item in evidence if not gives_orders(item.text)]


def _with_plain_names(item: Evidence, language: Language) -> Evidence:
    author, channel, file = _SOMEBODY[language]
    if is_suspicious_name(item.author):
        item = replace(item, author=author)
    if is_suspicious_name(item.channel_name):
        item = replace(item, channel_name=channel)
    if item.file_name is not None and is_suspicious_name(item.file_name):
        item = replace(item, file_name=file)
    return item


def _has_two_signs(reading: str) -> bool:
    if len(_signs(reading)) < 2:
        return False
    starts = range(0, max(1, len(reading) - _WINDOW // 2), _WINDOW // 2)
    return any(len(_signs(reading[start : start + _WINDOW])) >= 2 for start in starts)


def _signs(reading: str) -> list[str]:
    return [kind for kind, pattern in _WEAK.items() if pattern.search(reading)]
