"""Every type of §7.3 becomes words, files, or a report; literal payloads."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.wecom.media_reasons import MEDIA_REASONS
from connectors.wecom.message_archive.contents import KINDS, REPORTS, Contents, contents_of
from connectors.wecom.message_archive.texts import FILE_REASONS, PROBLEMS, WORDING

_ZONE = ZoneInfo("Asia/Shanghai")

SAID: dict[str, tuple[dict[str, Any], str]] = {
    "text": ({"text": {"content": "泵什么时候到？"}}, "泵什么时候到？"),
    "markdown": ({"info": {"content": "**上线** 完成"}}, "**上线** 完成"),
    "image": ({"image": {"md5sum": "", "filesize": 10, "sdkfileid": "F"}}, "[图片]"),
    "voice": ({"voice": {"md5sum": "", "voice_size": 9, "play_length": 12, "sdkfileid": "F"}}, "[语音] 12 秒"),
    "video": ({"video": {"md5sum": "", "filesize": 9, "play_length": 3, "sdkfileid": "F"}}, "[视频] 3 秒"),
    "file": (
        {"file": {"filename": "报价.xlsx", "fileext": "xlsx", "filesize": 9, "sdkfileid": "F"}},
        "[文件] 报价.xlsx",
    ),
    "emotion": ({"emotion": {"type": 1, "width": 9, "height": 9, "imagesize": 5, "sdkfileid": "F"}}, "[表情]"),
    "link": (
        {"link": {"title": "手册", "description": "第二版", "link_url": "https://e.com/a", "image_url": "https://e.com/b"}},
        "[链接] 手册\n第二版\nhttps://e.com/a",
    ),
    "weapp": (
        {"weapp": {"title": "订餐", "description": "今日菜单", "username": "gh_1@app", "displayname": "食堂"}},
        "[小程序] 食堂\n订餐\n今日菜单",
    ),
    "card": ({"card": {"corpname": "水泵厂", "userid": "wmCLIENT"}}, "[名片] wmCLIENT 水泵厂"),
    "location": (
        {"location": {"longitude": 121.47, "latitude": 31.23, "address": "南京东路 1 号", "title": "仓库", "zoom": 15}},
        "[位置] 仓库\n南京东路 1 号\n31.23, 121.47",
    ),
    "news": (
        {"info": {"item": [{"title": "周报", "description": "第 12 周", "url": "https://e.com/w", "picurl": ""}]}},
        "周报\n第 12 周\nhttps://e.com/w",
    ),
    "docmsg": (
        {"doc": {"title": "排期", "link_url": "https://doc.weixin.qq.com/a", "doc_creator": "alice"}},
        "[在线文档] 排期\n创建者: alice\nhttps://doc.weixin.qq.com/a",
    ),
    "todo": ({"todo": {"title": "检查阀门", "content": "周五前"}}, "[待办] 检查阀门\n周五前"),
    "vote": (
        {"vote": {"votetitle": "午餐", "voteitem": ["面", "饭"], "votetype": 101, "voteid": "v"}},
        "[投票] 午餐\n- 面\n- 饭",
    ),
    "collect": (
        {
            "collect": {
                "room_name": "水泵", "creator": "alice", "create_time": "2026-09-21", "title": "尺码",
                "details": [{"id": 1, "ques": "身高", "type": "Number"}],
            }
        },
        "[填表] 尺码\n- 身高",
    ),
    "redpacket": ({"redpacket": {"type": 1, "wish": "恭喜发财", "totalcnt": 2, "totalamount": 20}}, "[红包] 恭喜发财"),
    "external_redpacket": ({"redpacket": {"type": 1, "wish": "恭喜", "totalcnt": 2, "totalamount": 20}}, "[红包] 恭喜"),
    "meeting": (
        {
            "meeting": {
                "topic": "复盘", "starttime": 1790000000, "endtime": 1790003600, "address": "A1", "remarks": "带电脑",
            }
        },
        "[会议] 复盘\n2026-09-21 22:13 – 2026-09-21 23:13\nA1\n带电脑",
    ),
    "meeting_notification": (
        {"info": {"meeting_id": 1, "notification_type": 1, "content": "会议即将开始"}},
        "[会议通知] 会议即将开始",
    ),
    "calendar": (
        {
            "calendar": {
                "title": "评审", "creatorname": "alice", "attendeename": ["bob", "carol"], "starttime": 1790000000,
                "endtime": 1790003600, "place": "B2", "remarks": "",
            }
        },
        "[日程] 评审\n2026-09-21 22:13 – 2026-09-21 23:13\nB2\n创建者: alice\n参与者: bob、carol",
    ),
    "sphfeed": ({"sphfeed": {"feed_type": 4, "sph_name": "水泵号", "feed_desc": "新品"}}, "[视频号] 水泵号\n新品"),
    "solitaire": ({"info": {"solitaire_type": 101, "solitaire_content": "1. 我"}}, "[接龙] 1. 我"),
    "voiptext": ({"info": {"callduration": 65, "invitetype": 2}}, "[通话] 65 秒"),
    "qydiskfile": (
        {"info": {"filename": "图纸.dwg", "url": "https://drive.weixin.qq.com/s"}},
        "[微盘文件] 图纸.dwg\nhttps://drive.weixin.qq.com/s",
    ),
    "note": (
        {"info": {"items": [{"msg_type": "text", "content": json.dumps({"content": "第一条"})}]}},
        "[笔记]\n第一条",
    ),
    "mixed": (
        {
            "mixed": {
                "item": [
                    {"type": "text", "content": json.dumps({"content": "看图"})},
                    {"type": "image", "content": json.dumps({"sdkfileid": "F", "filesize": 4, "md5sum": ""})},
                ]
            }
        },
        "看图\n[图片]",
    ),
    "chatrecord": (
        {
            "chatrecord": {
                "title": "群聊",
                "item": [
                    {"type": "ChatRecordText", "msgtime": 1790000000, "content": json.dumps({"content": "好"}),
                     "from_chatroom": False},
                    {"type": "ChatRecordFile", "msgtime": 1790000060, "from_chatroom": True,
                     "content": json.dumps({"filename": "a.pdf", "fileext": "pdf", "filesize": 3, "sdkfileid": "F"})},
                ],
            }
        },
        "[聊天记录] 群聊\n2026-09-21 22:13 好\n2026-09-21 22:14 [文件] a.pdf",
    ),
    "meeting_voice_call": (
        {
            "voiceid": "V1",
            "meeting_voice_call": {
                "endtime": 1790000000, "sdkfileid": "F",
                "demofiledata": [{"filename": "方案.pptx", "demooperator": "bob", "starttime": 1, "endtime": 2}],
            },
        },
        "[通话录音] 方案.pptx",
    ),
    "voip_doc_share": (
        {"voipid": "V2", "voip_doc_share": {"filename": "方案.pptx", "md5sum": "", "filesize": 3, "sdkfileid": "F"}},
        "[通话中共享的文档] 方案.pptx",
    ),
    "agree": ({"agree": {"userid": "wmCLIENT", "agree_time": 1790000000000}}, "[同意存档会话内容] wmCLIENT"),
    "disagree": ({"disagree": {"userid": "wmCLIENT", "disagree_time": 1}}, "[不同意存档会话内容] wmCLIENT"),
    "switch": ({"action": "switch", "time": 1790000000000, "user": "alice"}, "[切换企业] alice"),
}  # fmt: skip
WITH_FILE = {
    "image": "图片.jpg", "voice": "语音.amr", "video": "视频.mp4", "file": "报价.xlsx", "emotion": "表情.gif",
    "mixed": "图片.jpg", "chatrecord": "a.pdf", "meeting_voice_call": "通话录音", "voip_doc_share": "方案.pptx",
}  # fmt: skip


def _read(message: dict[str, Any]) -> Contents:
    return contents_of(message, language="zh", zone=_ZONE)


@pytest.mark.parametrize("kind", sorted(SAID))
def test_a_type_becomes_words_and_files(kind: str) -> None:
    body, text = SAID[kind]
    contents = _read({"msgtype": kind, **body})
    assert contents.text == text
    assert [file.name for file in contents.files] == ([WITH_FILE[kind]] if kind in WITH_FILE else [])
    assert contents.is_report == (kind in REPORTS)
    assert not contents.unknown


def test_every_known_type_has_a_payload_here() -> None:
    assert set(SAID) | {"revoke"} == KINDS


def test_a_type_that_nobody_knows_is_a_report_that_names_it() -> None:
    contents = _read({"msgtype": "hologram", "hologram": {"content": "x"}})
    assert (contents.text, contents.is_report, contents.unknown) == (
        "[暂不支持的消息类型: hologram]",
        True,
        ("hologram",),
    )


def test_an_unknown_part_leaves_the_rest_readable() -> None:
    parts = [{"type": "ChatRecordHologram", "content": "{}"}, {"type": "ChatRecordText", "content": '{"content":"好"}'}]
    contents = _read({"msgtype": "chatrecord", "chatrecord": {"title": "t", "item": parts}})
    assert contents.text == "[聊天记录] t\n[暂不支持的消息类型: hologram]\n好"
    assert (contents.is_report, contents.unknown) == (False, ("hologram",))


def test_records_in_records_are_read_until_it_is_too_deep() -> None:
    inner: dict[str, Any] = {"title": "innermost", "item": []}
    for depth in range(9):
        item = {"type": "ChatRecordChatrecord", "content": json.dumps(inner)}
        inner = {"title": f"level {depth}", "item": [item]}
    contents = _read({"msgtype": "chatrecord", "chatrecord": inner})
    assert contents.text.count("[聊天记录]") == 5
    assert contents.text.endswith("[还有更多内容未显示]")


def test_a_message_with_endless_parts_has_an_end() -> None:
    items = [{"type": "image", "content": json.dumps({"sdkfileid": str(number)})} for number in range(5000)]
    contents = _read({"msgtype": "mixed", "mixed": {"item": items}})
    assert (len(contents.text.splitlines()), len(contents.files)) == (301, 50)


def test_a_file_gets_the_ending_that_its_name_lacks() -> None:
    body = {"filename": "报价", "fileext": "xlsx", "sdkfileid": "F"}
    assert _read({"msgtype": "file", "file": body}).files[0].name == "报价.xlsx"


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["content", "item", "items", "type", "msg_type", "title", "sdkfileid", "starttime", "voteitem", "details"]
    ), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.sampled_from(sorted(SAID)), _ANYTHING)
def test_nothing_that_comes_is_too_strange(kind: str, value: object) -> None:
    names = ("info", "doc", "redpacket", kind)
    _read({"msgtype": kind, **dict.fromkeys(names, value)}).text.encode()


def test_everything_is_said_in_both_languages() -> None:
    assert set(WORDING["zh"]) == set(WORDING["en"])
    for problem in PROBLEMS.values():
        assert set(problem) == {"zh", "en"}
    for reason in FILE_REASONS.values():
        assert set(reason) == {"zh", "en"}
    for kind, (body, _) in SAID.items():
        assert contents_of({"msgtype": kind, **body}, language="en", zone=_ZONE).text
    used = {"file_not_fetched_yet", "file_too_large", "file_expired", "file_incomplete", "file_unreachable"}
    assert used == (MEDIA_REASONS.keys() & used) | FILE_REASONS.keys()
