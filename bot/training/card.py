"""The data card: what is in an export, what is not and why, and what it is biased by. Numbers only, no names."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.errors import Language
from bot.feedback.shares import Share
from bot.training.example import Example, Format, LeftOut
from bot.training.voters import Voters

_HEADINGS: Final[dict[str, dict[Language, str]]] = {
    "title": {"zh": "训练数据说明：{file}", "en": "Data card: {file}"},
    "made": {
        "zh": "{rows} 行，格式 {format}，{made_at} 由拾光 {version} 导出。sha256 `{sha256}`。",
        "en": "{rows} rows, format {format}, exported {made_at} by Shiguang {version}. sha256 `{sha256}`.",
    },
    "kind": {"zh": "来源", "en": "What the rows are made of"},
    "period": {"zh": "月份", "en": "Months"},
    "language": {"zh": "语言", "en": "Languages"},
    "channel": {
        "zh": "频道（按行数编号，不写名称）",
        "en": "Channels (numbered by their rows; no names)",
    },
    "balance": {"zh": "标签平衡", "en": "Balance of labels"},
    "left_out": {"zh": "没有收入的，以及原因", "en": "What was left out, and why"},
    "masked": {"zh": "遮盖的内容（次数）", "en": "What is hidden (times)"},
    "bias": {"zh": "已知偏差", "en": "Known bias"},
    "use": {"zh": "使用前", "en": "Before you use it"},
    "everybody": {"zh": "不属于某个频道的标准答案", "en": "standard answers for everybody"},
    "nothing": {"zh": "无", "en": "none"},
}
_KINDS: Final[dict[str, dict[Language, str]]] = {
    "curated": {"zh": "标准答案", "en": "standard answers"},
    "upvoted": {"zh": "多数人点赞的回答", "en": "answers that most voters liked"},
    "edited": {"zh": "管理员改写的回答", "en": "answers that an operator edited"},
    "picked": {"zh": "二选一", "en": "picks of one of two"},
    "judged": {"zh": "有评价的回答", "en": "answers with verdicts"},
    "true": {"zh": "好（true）", "en": "good (true)"},
    "false": {"zh": "不好（false）", "en": "not good (false)"},
    "password": {"zh": "密码", "en": "passwords"},
    "key": {"zh": "密钥", "en": "secret keys"},
    "card": {"zh": "卡号", "en": "card numbers"},
    "identity": {"zh": "证件号", "en": "identity numbers"},
    "people": {"zh": "以编号代替姓名的人", "en": "people with a number in place of their name"},
    "withdrawn": {"zh": "依据的消息被删除或修改", "en": "a message that it rests on was deleted or changed"},
    "question_deleted": {"zh": "问题被删除", "en": "the question was deleted"},
    "channel": {"zh": "频道没有同意用于训练", "en": "a channel did not allow it"},
    "person": {"zh": "有关的人不同意", "en": "a person involved said no"},
    "no_prompt": {"zh": "没有用到模型", "en": "no model was asked"},
    "not_said": {"zh": "模型的话没有给人看过", "en": "what the model said was not shown"},
    "downvoted": {"zh": "多数人不赞成", "en": "most voters disliked it"},
    "tied": {"zh": "赞成与反对一样多", "en": "as many for it as against it"},
    "duplicate": {"zh": "重复", "en": "the same as another row"},
    "alike": {"zh": "与另一行几乎相同", "en": "nearly the same as another row"},
    "not_in_force": {"zh": "标准答案有争议或来源已失效", "en": "the standard answer is contested or lost a source"},
    "unsupported": {"zh": "提示中的记录不支持", "en": "not supported by the records in its prompt"},
    "replaced": {"zh": "已被管理员的答案代替", "en": "an operator's answer took its place"},
}
_BIAS: Final[dict[Language, tuple[str, ...]]] = {
    "zh": (
        (
            "谁来评价：{people} 人评价了 {judged} 的回答；评价最多的一个人占 {busiest}。没有评价的回答不在其中，"
            "愿意评价的人和特别好或特别差的回答偏多。"
        ),
        "顺序：二选一时选中先出现的占 {first}（没有偏差应为 50 %）。",
        "内容：只有同意的频道；问得多的话题偏多；回答出自当时的模型，学它会加强它的习惯。",
        (
            "依据：{unsupported} 行的答案不能完全由提示中的记录得出；照此训练，模型会学着凭空回答"
            "（`--supported-only` 不收这些行）。"
        ),
        "提示：{other_prompts} 行中被拒绝的文字出自另一个提示（另一些记录）。",
    ),
    "en": (
        (
            "Who judges: {people} people judged {judged} of the answers; the busiest of them gave {busiest} of the "
            "verdicts. Answers that nobody judged are not in it, so those who like to judge, and what is very "
            "good or very "
            "bad, weigh too much."
        ),
        "Order: of two answers the one shown first was picked in {first} (50 % without a bias).",
        (
            "Content: only channels that allow it; what is asked often weighs more; the answers are those of "
            "the model of "
            "the day, and learning them strengthens its habits."
        ),
        (
            "Support: {unsupported} rows say what the records in their prompt do not (fully) hold; a model trained on "
            "them learns to answer from nowhere (`--supported-only` leaves them out)."
        ),
        "Prompts: in {other_prompts} rows the rejected text was made from another prompt (other records).",
    ),
}
_USE: Final[dict[Language, tuple[str, ...]]] = {
    "zh": (
        "这些是同事说过的话和共享的文件：只为自己的团队使用，不要公开，训练出的模型也一样；来源文件可能另有许可。",
        (
            "只含同意用于训练的频道、没有人拒绝的内容；密码、密钥、证件号和卡号已遮盖，作者和提问者的姓名换成编号，"
            "昵称和正文里别人的名字没有替换。"
        ),
        "之后删除的内容：训练前运行 `shiguang feedback check {file}`，`--remove` 去掉已不该有的行。",
    ),
    "en": (
        (
            "These are words of colleagues and files they shared: for your own team only, not to be published, "
            "nor is a "
            "model trained on them; files may be under licences of others."
        ),
        (
            "It holds only what channels allow and nobody involved refused; passwords, keys, identity and card "
            "numbers are "
            "hidden, names of authors and askers are numbers, nicknames and names of others in the texts are not."
        ),
        (
            "What is deleted later: run `shiguang feedback check {file}` before each training; `--remove` takes "
            "out the "
            "rows that must go."
        ),
    ),
}


@dataclass(slots=True)
class Counts:
    """What is counted while rows are written."""

    rows: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    months: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    channels: Counter[str | None] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    unsupported: int = 0
    other_prompts: int = 0

    def take(self, example: Example, *, supported: bool) -> None:
        """A row was written."""
        self.rows += 1
        self.kinds[example.kind] += 1
        self.months[f"{example.day:%Y-%m}"] += 1
        self.languages[example.language] += 1
        self.channels[example.channel_id] += 1
        if example.label is not None:
            self.labels["true" if example.label else "false"] += 1
        self.unsupported += not supported
        self.other_prompts += example.rejected is not None and not example.same_prompt

    def leave_out(self, one: LeftOut) -> None:
        """A row was not written."""
        self.left_out["replaced" if one.reason == "edited" else one.reason] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The export that the card is of."""

    file: str
    format: Format
    made_at: datetime
    sha256: str
    version: str


def card(made: Made, counts: Counts, voters: Voters, masked: Mapping[str, int], *, language: Language) -> str:
    """Markdown."""

    def heading(name: str) -> str:
        return _HEADINGS[name][language]

    numbered = {
        heading("everybody") if channel_id is None else str(number): count
        for number, (channel_id, count) in enumerate(
            sorted(counts.channels.items(), key=lambda item: (item[0] is None, -item[1], item[0] or "")), start=1
        )
    }
    tables: list[tuple[str, Mapping[str, int]]] = [
        ("kind", counts.kinds),
        ("period", dict(sorted(counts.months.items()))),
        ("language", counts.languages),
        ("channel", numbered),
        *([("balance", counts.labels)] if made.format == "kto" else []),
        ("left_out", counts.left_out),
        ("masked", masked),
    ]
    bias = [
        line.format(
            people=voters.people,
            judged=_percent(voters.judged),
            busiest=_percent(voters.busiest),
            first=_percent(voters.first_shown_picked),
            unsupported=counts.unsupported,
            other_prompts=counts.other_prompts,
        )
        for line in _BIAS[language]
    ]
    lines = [
        f"# {heading('title').format(file=made.file)}",
        "",
        heading("made").format(
            rows=counts.rows,
            format=made.format.upper(),
            made_at=f"{made.made_at:%Y-%m-%d %H:%M} UTC",
            version=made.version,
            sha256=made.sha256,
        ),
        "",
    ]
    for name, table in tables:
        lines += [f"## {heading(name)}", "", *_table(table, language), ""]
    lines += [f"## {heading('bias')}", "", *(f"- {line}" for line in bias), ""]
    lines += [f"## {heading('use')}", "", *(f"- {line.format(file=made.file)}" for line in _USE[language]), ""]
    return "\n".join(lines)


def _table(counted: Mapping[str, int], language: Language) -> list[str]:
    shown = [
        f"| {_KINDS[name][language] if name in _KINDS else name} | {count} |"
        for name, count in counted.items()
        if count
    ]
    return ["| | |", "| --- | ---: |", *shown] if shown else [_HEADINGS["nothing"][language]]


def _percent(share: Share) -> str:
    if share.rate is None or share.interval is None:
        return "–"
    low, high = share.interval
    return f"{share.rate:.0%} ({low:.0%}–{high:.0%}, n = {share.of})"
