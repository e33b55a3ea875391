"""The wording of orders to a bot, in Chinese and English, as they read in ``bot.guarding.disguises.plain_spelling``.

No list of wordings is complete. What is added here is tried on the real messages of people first: a sign that they use,
too, makes an ordinary message one that no answer may rest on.
"""

import re
from typing import Final

STRONG: Final = re.compile(
    # To let go of the instructions
    r"\b(?:ignore|disregard|forget(?! to )|override|bypass|neglect|overrule|cancel|supersedes?|replaces?"
    r"|void)\b[^.!?\n]{0,40}"
    r"\b(?:instructions?|prompts?|guidelines|directives|system message|programming|training|guardrails|safety rules)\b"
    r"|\b(?:ignore|disregard|forget(?! to )|override)\b[^.!?\n]{0,12}\b(?:previous|prior|your|all|above|any"
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
    r"|(?:ignore|disregard)[a-z ]{0,30}(?:instructions|prompt)"
    r"|\byou are (?:now )?(?:an? |the |no longer )?(?:[\w\-]+,? ){0,3}(?:ai|assistant|chatbot|llm|language model|dan)\b"
    r"|\b(?:pretend|role-?play|act)\b[^.!?\n]{0,12}\b(?:as|to be|you are)\b[^.!?\n]{0,40}"
    r"\b(?:ai|assistant|chatbot|bot|llm|language model|pirate|character|persona)\b"
    r"|(?:你|拾光)现在(?:是|扮演|变成)(?:一(?:只|个|名|位)|没有)[^。！？\n]{0,12}(?:猫娘|ai|助手|机器人|模型|角色|限制)"
    r"|[\[【]\s?(?:system|系统|开发者|管理员)\s?(?:message|prompt|notice|消息|提示|通知|指令|公告)?\s?[\]】]"
    r"|提示词(?:已|被)?(?:更新|修改|替换|改)"
    r"|\b(?:your|a|the) (?:new|real|actual|only|next|true|sole) (?:task|job|role|purpose|mission|objective"
    r"|instruction)s?\b[^.!?\n]{0,6}"
    r"(?:\bis\b|\bare\b|:)"
    r"|\bif you(?: are|'re) (?:an? )?(?:ai|llm|bot|chatbot|large|language model|automated|assistant|machine)\b"
    r"|\bas an? (?:ai|llm|large language model|language model|chatbot)\b"
    r"|(?:新任务|你的任务)(?:是|为|[:：])|如果你是(?:一个|一名)?(?:ai|机器人|大?语?言?模型|助手|智能)"
    r"|作为(?:一个|一名)?(?:ai|大?语言模型|大模型|人工智能|智能助手|ai助手|聊天机器人)"
    r"|\buser\s?:[^:]{0,300}\b(?:assistant|ai|bot)\s?:|(?:用户|提问)\s?[:：][^:：]{0,200}(?:助手|机器人|ai"
    r"|拾光)\s?[:：]"
    r"|\byou have been (?:reset|reprogrammed|jailbroken|unlocked)\b|你已(?:经)?被?(?:重置|重新编程|解锁|越狱)"
    r"|\b(?:everything|all(?: text)?|text|the (?:text|lines?)) above(?: this line)? (?:is|was) (?:a test|fake|void"
    r"|wrong|not real)\b"
    r"|上面(?:的)?(?:内容)?(?:都|全)(?:部)?是(?:测试|假的|错的)"
    r"|\b(?:send|forward|post|upload|e-?mail|exfiltrate)\b[^.!?\n]{0,40}\b(?:messages?|records?|history"
    r"|conversations?|archive|data)\b"
    r"[^!?\n]{0,20}\bto (?:https?:|www\.)|把[^。\n]{0,16}(?:消息|记录|档案|数据|对话)[^。\n]{0,6}(?:发|传|转发"
    r"|上传)(?:送)?(?:到|给)\s?https?:"
    r"|\b(?:prior|previous|your) training is\b|\b(?:unfiltered|unrestricted|uncensored) (?:model|ai|assistant|mode"
    r"|version)\b|无限制(?:的)?(?:模型|模式|身份|ai)"
    r"|\bno longer (?:follow|obey|bound by)\b|不再(?:遵守|服从|受)|\b(?:treat|regard|consider) (?:the following|this"
    r"|it) as (?:a |the )?(?:system|developer)"
    r"|(?:机器人|助手|ai|拾光)听令|(?:每次|所有)输出|\ball (?:your|its) outputs?\b|\brobots?, (?:do|say|obey"
    r"|listen)\b|把[^。\n]{0,8}当作系统"
    # Markers of roles, tools and of the ends of prompts
    r"|<\s?\|?\s?/?(?:im_start|im_end|system|assistant|endoftext|eot_id|start_header_id|user|tool_call|function|tool"
    r"|instructions?|inst)"
    r"\s?(?:\|?\s?>|=)"
    r"|<｜[^<>｜\n]{1,40}｜>|\[\s?/?(?:inst|system|assistant|system message|tool_calls?)\s?\]|<<\s?/?sys\s?>>"
    r"|<(?:start|end)_of_turn>"
    r"|(?:^|\n)\s?[#>*<!\-]{0,5}\s?(?:system|assistant|developer|系统|助手|开发者|系统消息)\s?(?:message|prompt"
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
WEAK: Final = {
    "a bot": re.compile(
        r"\b(?:ai|a\.i\.|llms?|gpt|qwen|chat\s?bots?|bots?|(?:ai|retrieval|virtual|digital|archive"
        r"|reading) assistants?|assistants"
        r"|(?:large )?language models?|(?:automated|automatic) (?:systems?|programs?|agents?|readers?)"
        r"|summari[sz]ers?|shiguang)\b"
        r"|(?<![a-z])(?:ai|llm|gpt)(?![a-z])"  # Between Chinese characters a word has no boundary.
        r"|机器人|(?:智能|检索|档案|数字|ai)助手|智能体|人工智能|大模型|语言模型|自动程序|自动生成|自动回复|自动摘要"
        r"|拾光"
    ),
    "your answer": re.compile(
        r"\b(?:your|its|the (?:next|final|bot's)) (?:\w+ )?(?:answer|repl(?:y|ies)|response|output|summary|task"
        r"|instructions?|rules|developers?"
        r"|configuration|creators?|makers?|programmers?)s?\b|\b(?:generating|writing|composing|producing) (?:an? "
        r"|the |your )?"
        r"(?:answer|reply|response|summary|output)\b|\b(?:in|to|of) (?:all |any |every )?(?:answers|responses|replies"
        r"|summaries|outputs)\b"
        r"|(?:你|您)(?:的)?(?:下一?[个条次]|后续|最终)?(?:的)?(?:回答|回复|答案|输出|任务|规则|开发者|设定|摘要|总结"
        r"|主人|程序员)"
        r"|生成(?:的)?(?:回答|回复|摘要|总结|答案)|(?:回答|回复|摘要|总结|答案)(?:里|中|内|的?(?:开头|结尾|末尾))"
        r"|(?:earlier|previous|prior|existing) (?:configuration|settings?|setup|messages?|directions?)|此前的?配置"
        r"|(?:之前|原来|先前)的(?:配置|任务|设置|话)"
    ),
    "speak": re.compile(
        r"(?:^|[.!?;:,，。！；：\n\"“(>\-]\s?|\b(?:please|kindly|must|should|shall|to|and|then|always|only|will|now"
        r"|has to|have to|just|bots?|"
        r"assistants?|systems?|models?|ai)\s)(?:say|reply|respond|answer|output|print|return|echo|repeat|copy|recite"
        r"|include|mention|insert"
        r"|append|sign|end with|begin with|start with|finish with|prioriti[sz]e|trust|use (?:the|this) (?:phrase|word"
        r"|token|line)|translate"
        r"|write|state|confirm|simulate|play)\b|\b(?:answered|respond(?:ed)?|repl(?:y|ied)|signed?) with\b"
        r"|\b(?:correct|right|only|true|real) (?:answer|reply|response) is\b"
        r"|(?:^|[。！；，：:,\n\s]|请|要|须|必须|应|就|并|统一|一律|都|是|以|把|对用户|优先|只)(?:说|回复|回答|回应"
        r"|输出|返回|包含|提到|写上|打印|复述|抄进|抄写"
        r"|附上|加上|采用|改成|改为|相信|翻译)|(?:答案|回答|回复)(?:是|为|改为|改成|里必须|必须)|必须(?:有|包含|写"
        r"|提)|包含[^。\n]{0,12}(?:字样|字符|字眼)|结尾"
    ),
    "let go": re.compile(
        r"\b(?:ignore|disregard|forget(?! to )|discard|overrid(?:e|es|ing)|stop)\b[^.!?\n]{0,24}"
        r"\b(?:everything|all|other|previous|earlier|above|before|rest|what(?:ever)?|they|were doing|content)\b"
        r"|不要(?:再)?(?:管|听|理)|别(?:管|听|理)|停止(?:之前|现在|当前|所有)|覆盖(?:此前|之前|原有)|请?忽略(?:其余"
        r"|下面|以下|其他)"
    ),
    "a game": re.compile(
        r"\b(?:let'?s|we will|you will) play (?:a|the) (?:\w+ )?game\b|\bin (?:pirate|character|upper ?case"
        r"|capital letters)\b|\bfrom here on\b"
        r"|玩个游戏|的?口吻|的语气|改成?大写|用大写|\bpirate speak\b"
    ),
    "whom to trust": re.compile(
        r"\bonly trust\b|\btrust only\b|\b(?:the rest|everything else|all others?)\b[^.!?\n]{0,8}\b(?:is|are) (?:fake"
        r"|false|wrong|invalid|lies?)\b"
        r"|只(?:相信|信|采用|认)|(?:其余|其他|别的)[^。\n]{0,6}(?:都|全)(?:部)?(?:是|不)(?:假|错|真|可信|对|准)"
        r"|优先(?:采用|相信)|\b(?:prioriti[sz]e|prefer) this\b"
    ),
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
        r"|\b(?:always|must|only|shall|never)\s(?:\w+\s){0,3}?(?:say|cite|reply|answer|respond|output|print|include)\b"
        r"|\b(?:append|include|insert|add|end|begin|start|finish|prefix|open|close)\b[^.!?\n]{0,30}"
        r"\b(?:answer|reply|response|summary|output|message|repl(?:y|ies)|answers|responses|digest)s?\b"
        r"|\b(?:every|any|each|all|your|the final|its)\s(?:future |next |other )?(?:answer|reply|response|output"
        r"|summary)(?:s|ies)?\b"
        r"|(?:只|仅|都|统一|一律|必须|直接|要|请|就)(?:要|能|许|需|须)?(?:回复|回答|输出|打印|返回|说|写|答)"
        r"|(?:回复|回答|输出|打印|返回|说|写|答)[^。！？\n]{0,8}[:：“「\"『']"
        r"|(?:结尾|末尾|最后|开头|前面|后面|里)[^。！？\n]{0,6}(?:加上|附上|写上|放上|贴上|加入|插入|写|加|附)"
        r"|(?:每个|每条|所有|任何|你的|最终|一切)(?:的)?(?:回答|回复|答案|总结|摘要|输出|答复)|每句话?都"
        r"|(?:并|就|要|应|先|再)(?:说|写|答)\s?[a-z0-9“\"「:：]|引用\s?[\[【]\d"
        r"|(?:回答|回复|答案|答复)[^。！？\n]{0,4}(?:一律|必须|统一|只能)(?:为|是|用|写)"
        r"|\b(?:confirm|acknowledge|sign|respond) with\b"
    ),
    "when asked": re.compile(
        r"\b(?:when|whenever|if|once|in case|anytime|each time|every time)\b[^.!?\n]{0,30}\b(?:asks?|asked|asking"
        r"|questions?|query|"
        r"quer(?:y|ied)|summari[sz]\w+|answering|reads?|reading|see this|processing)\b"
        r"|\b(?:any|every|all|each|whatever|no matter what)\b[^.!?\n]{0,12}\b(?:questions?|quer(?:y|ies)|asks?|users?"
        r"|prompts?)\b"
        r"|\b(?:users?|people|those|anyone|everyone|whoever) (?:who |that )?asks?\b"
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
        r"\b(?:do not|don't|never|without|stop|must not|refuse to|cannot|avoid)\b[^.!?\n]{0,4}"
        r"\b(?:mention(?:ing)?|reveal(?:ing)?|tell(?:ing)?|cite|citing|citations?|sources?|quot(?:e|ing)|disclos(?:e"
        r"|ing)|answer(?:ing)?"
        r"|warn(?:ing)?|searching|use the (?:records|archive))\b"
        r"|(?:不要|别|禁止|不得|不能|不许|无需|拒绝|停止)(?:再)?(?:告诉|透露|提及|提到|引用|标注|说明|说出|回答|检索"
        r"|使用记录|注明)"
    ),
    "deed": re.compile(
        r"\b(?:delete|erase|forget(?! to )|wipe|purge|remove|clear|drop)\b[^.!?\n]{0,24}\b(?:archive|everything"
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
        r"|\b(?:message|notice|announcement|order|memo)\sfrom\s(?:\w+\s){0,3}"
        r"(?:admin\w*|security|developers?|openai|anthropic|system|operators?)\b"
        r"|(?:作为|我是|以)[^。！？\n]{0,6}(?:管理员|开发者|运维|系统|老板|主人|超级用户)(?:的)?(?:身份|权限|命令"
        r"|授权)?|管理员(?:命令|指令|授权|模式|要求)|最高权限"
    ),
    "active address": re.compile(r"(?:javascript|vbscript|data)\s?:\s?[a-z]+[/(]|on(?:error|load|click)\s?="),
    "ignore": re.compile(
        r"\b(?:ignore|disregard|forget(?! to )|discard|override)\b[^.!?\n]{0,24}\b(?:everything|all|other|previous"
        r"|earlier"
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
        r"(?:都|全部?|均|一律)?(?:是假|是错|为假|不可信|不算|不对|错误|作废|无效)"
    ),
}  # fmt: skip
"""Signs that also occur among people."""


DICTATED: Final = re.compile(
    r"(?:^|[.!?;:,>\-\n\"“(]\s?|\b(?:please|kindly|must|shall|always|now|then|instead|rather|you (?:should|will"
    r"|have to|need to"
    r"|may only)"
    r"|(?:ask(?:s|ed)?|tell(?:s|ing)?|want(?:s|ed)?|order(?:s|ed)?|told|is|are|task is|how) (?:you )?to|ought to)\s)"
    r"(?:say|reply|respond|answer(?!\s?:)|output|print|echo|recite|reveal|state|tell (?:the|every|all|any) (?:user"
    r"|person|people"
    r"|asker|reader)s?"
    r"|greet|(?:begin|start|end|finish|open|close|sign) with|(?:add|put|append|insert|place) (?:the|this|a) (?:line"
    r"|word|phrase|link|text|note)"
    r"|mention|simulate)\b"
    r"|\b(?:the|correct|right|only|true|standard) (?:answer|response|reply)(?: to (?:any|every|all)[^.!?]{0,24})? is\b"
    r"|\b(?:speak|talk|respond|answer|write) (?:like|as if|in the style)\b|(?:以后|今后|一律"
    r"|都)用[^，。\n]{1,6}(?:回答|回复|说话)"
    r"|\b(?:when|if|once)\b[^.!?\n]{0,40}\b(?:wants?|asks?|needs?|queries)\b[^.!?\n]{0,30}\b(?:tell|give"
    r"|show) (?:them|him|her|the user)\b"
    r"|\bread (?:this|it) (?:aloud|out)\b|\bmay be (?:used|given) as an? answer\b|\bnever mention\b|\b(?:quote|repeat"
    r"|cite) this (?:sentence|line|text)\b"
    r"|用户[^。\n]{0,14}(?:就|请)?(?:告诉|回答|回复)(?:他|她|它|用户)|(?:千万)?别提[^。\n]{0,12}(?:用|说)|(?:每份"
    r"|每次)(?:日报|周报|摘要|回答)[^。\n]{0,8}(?:引用|加|写|附)"
    r"|(?:标准|统一)(?:回应|回答|回复|答复)(?:是|为)|假设[^。\n]{1,16}回答|(?:改为|而是)(?:输出|回复|回答|说)"
    r"|[,，]说\s?[a-z]|请照(?:说|做|念)"
    r"|\bwhatever the question\b|\b(?:put|add) \S+ (?:at the (?:top"
    r"|end)|first|in (?:the|every|each) "
    r"(?:recap|summary|digest|answer|reply))\b|\b(?:assistant|bot|ai|model)\s?,"
    r"|(?:^|[。！；，：:,>\n]\s?)(?:请|你)?(?:必须|一律|统一|直接|先|再|立即)?(?:回复|回答|输出|打印|复述|公开"
    r"|说出)(?!了|过|说|的|是|我|他|她|我们|客户|对方|邮件|[:：])"
    r"|(?:请|必须|一律|统一|你就|让你|要你|叫你|命令你|应当|须)(?:先|再|直接)?(?:说|答|回复|回答|输出|打印|写|公开"
    r"|提到)(?!了|过|明|的|法|完|清)"
    r"|(?:第一行|末尾|开头|结尾|最后一行)(?:写|加|放|附|说|都?是)|(?:加|写|放)(?:一行|一句|上一句)"
    r"|以[^，。\n]{1,16}(?:开头|结尾)"
    r"|(?:答案|回答)(?:都|一律|只能|就)是|无论(?:问|谁问)|(?:助手|机器人|拾光|模型)\s?[,，:：]"
)
"""A sentence that dictates words: what it dictates is no fact, even when nothing else gives it away."""
SAME: Final = {
    "order to a bot": "a bot",
    "what to say": "speak",
    "let go": "ignore",
    "whom to trust": "the only truth",
}
"""Two ways to say one thing are one sign."""
COMMON: Final = {"speak", "when asked", "which language"}
"""People ask each other for answers, too: these prove nothing among themselves; ``dictates`` sees what matters."""
