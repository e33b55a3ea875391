"""The categories that every archive starts with, and what each means in one line."""

from dataclasses import dataclass
from typing import Literal, get_args

StartingCategory = Literal[
    "decision",
    "action_item",
    "question",
    "answer",
    "announcement",
    "document",
    "link",
    "number",
    "small_talk",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A category by its names, and the one line by which a person decides whether a record belongs to it."""

    category_id: StartingCategory
    name_zh: str
    name_en: str
    meaning_zh: str
    meaning_en: str

    @property
    def description(self) -> str:
        """The meaning in both languages: what operators read."""
        return f"{self.meaning_zh} / {self.meaning_en}"


STARTING_SET: tuple[Definition, ...] = (
    Definition(
        category_id="decision",
        name_zh="决定",
        name_en="decision",
        meaning_zh="说话人宣布已经定下的事，或拍板同意一个方案",
        meaning_en="something is settled here: a choice made, a plan agreed or turned down",
    ),
    Definition(
        category_id="action_item",
        name_zh="待办",
        name_en="action item",
        meaning_zh="有人要做一件具体的事：交给某人，或自己答应下来",
        meaning_en="somebody has a definite thing to do: it is assigned, asked for, or promised",
    ),
    Definition(
        category_id="question",
        name_zh="提问",
        name_en="question",
        meaning_zh="想得到答复的问题，不带问号的也算；反问和客套不算",
        meaning_en="it wants to be answered, with or without a question mark; not rhetorical, not a courtesy",
    ),
    Definition(
        category_id="answer",
        name_zh="回答",
        name_en="answer",
        meaning_zh="对别人的问题给出内容；只说不知道、只反问的不算",
        meaning_en="it tells what another person asked; not a mere counter-question or 'no idea'",
    ),
    Definition(
        category_id="announcement",
        name_zh="通知",
        name_en="announcement",
        meaning_zh="告诉大家一件新的事：发布、活动、变更、人员、停机",
        meaning_en="news for everybody: a release, an event, a change, an arrival, an outage",
    ),
    Definition(
        category_id="document",
        name_zh="文档",
        name_en="document",
        meaning_zh="分享了文件，或指向一份文档、表格、论文、幻灯片",
        meaning_en="it shares a file, or points to a document, sheet, paper, manual or slides",
    ),
    Definition(
        category_id="link",
        name_zh="链接",
        name_en="link",
        meaning_zh="带有网址",
        meaning_en="it holds a web address",
    ),
    Definition(
        category_id="number",
        name_zh="数字",
        name_en="number",
        meaning_zh="带有以后会查的数：金额、数量、尺寸、比例、电话、编号、日期时间",
        meaning_en="it holds a figure worth looking up: money, amount, size, share, telephone, version, date or time",
    ),
    Definition(
        category_id="small_talk",
        name_zh="闲聊",
        name_en="small talk",
        meaning_zh="寒暄、致谢、玩笑、附和，没有以后要查的内容",
        meaning_en="greetings, thanks, jokes, nods: nothing that anybody will look up later",
    ),
)

STARTING_IDS: tuple[StartingCategory, ...] = get_args(StartingCategory)
