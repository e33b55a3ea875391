"""Every kind of message as WeCom sends it becomes what was said."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.wecom.configuration import RobotConfiguration
from connectors.wecom.robot_hearing import Hearing, chat_in, kind_of
from connectors.wecom.site import MediaRef

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def hearing() -> Hearing:
    robot = RobotConfiguration(name="main", shown_name="Helper", encoding_aes_key="K" * 43)
    return Hearing(configuration=robot, workspace_id="ww1", way="callback")


def group(**content: Any) -> dict[str, Any]:
    common = {"msgid": "MSG1", "aibotid": "AIB1", "chatid": "wrGROUP", "chattype": "group", "from": {"userid": "alice"}}
    return {**common, **content}


def single(**content: Any) -> dict[str, Any]:
    return {"msgid": "MSG1", "aibotid": "AIB1", "chattype": "single", "from": {"userid": "alice"}, **content}


def test_a_mention_in_a_group_with_a_quoted_file() -> None:
    body = group(
        response_url="https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=CODE",
        msgtype="text",
        text={"content": "@Helper what changed?"},
        quote={"msgtype": "file", "file": {"url": "https://files/1"}},
    )
    heard = hearing().heard(body, received_at=NOW)
    assert heard is not None
    assert (heard.way, heard.of, heard.msgid, heard.text, heard.said_at) == (
        "callback", "main", "MSG1", "what changed?", NOW,
    )  # fmt: skip
    assert (heard.channel.channel_id, heard.channel.visibility) == ("wecom:wrGROUP", "private")
    assert (heard.person.person_id, heard.is_group) == ("wecom:alice", True)
    assert heard.media == (MediaRef(kind="file", place=0, url="https://files/1", key="K" * 43, quoted=True),)


def test_texts_and_images_in_one_message_and_in_what_it_quotes() -> None:
    body = group(
        msgtype="mixed",
        mixed={
            "msg_item": [
                {"msgtype": "text", "text": {"content": "@Helper\u2005which pump"}},
                {"msgtype": "image", "image": {"url": "https://files/1", "aeskey": "a" * 43}},
                {"msgtype": "text", "text": {"content": "is this?"}},
            ]
        },
        quote={
            "msgtype": "mixed",
            "mixed": {
                "msg_item": [
                    {"msgtype": "text", "text": {"content": "two pumps"}},
                    {"msgtype": "image", "image": {"url": "https://files/2"}},
                ]
            },
        },
    )
    heard = hearing().heard(body, received_at=NOW)
    assert heard is not None
    assert (heard.text, heard.quoted_text) == ("which pump\nis this?", "two pumps")
    assert [(media.place, media.url, media.quoted) for media in heard.media] == [
        (0, "https://files/1", False),
        (1, "https://files/2", True),
    ]
    assert heard.media[0].key == "a" * 43


def test_a_voice_message_is_its_transcript() -> None:
    heard = hearing().heard(single(msgtype="voice", voice={"content": "when do the pumps come"}), received_at=NOW)
    assert heard is not None
    assert (heard.text, heard.voice, heard.channel.visibility) == ("when do the pumps come", True, "direct")
    assert heard.channel.channel_id == "wecom:direct:main:alice"


@pytest.mark.parametrize("kind", ["image", "file", "video"])
def test_files_in_a_direct_chat(kind: str) -> None:
    heard = hearing().heard(single(msgtype=kind, **{kind: {"url": "https://files/1"}}), received_at=NOW)
    assert heard is not None
    assert [(media.kind, media.url) for media in heard.media] == [(kind, "https://files/1")]
    assert heard.text == ""


def test_the_platforms_own_time_counts() -> None:
    body = single(msgtype="text", text={"content": "hi"}, create_time=1_790_000_000)
    heard = hearing().heard(body, received_at=NOW)
    assert heard is not None and heard.said_at == datetime.fromtimestamp(1_790_000_000, UTC)


@pytest.mark.parametrize(
    "body",
    [
        {},
        single(msgtype="text", text={"content": "hi"}, msgid=""),
        single(msgtype="text", text={"content": "hi"}, msgid="m" * 1_000),
        {**single(msgtype="text", text={"content": "hi"}), "from": {}},
        {**group(msgtype="text", text={"content": "hi"}), "chatid": None},
        single(msgtype="hologram", hologram={}),
        single(msgtype=["text"]),
    ],
)
def test_what_lacks_what_every_message_has_is_nothing(body: dict[str, Any]) -> None:
    assert hearing().heard(body, received_at=NOW) is None


@pytest.mark.parametrize(
    "body", [group(msgtype="text", text="hi"), group(msgtype="mixed", mixed={"msg_item": [7, {}]})]
)
def test_a_message_of_another_build_says_nothing_and_breaks_nothing(body: dict[str, Any]) -> None:
    heard = hearing().heard(body, received_at=NOW)
    assert heard is not None and (heard.text, heard.media) == ("", ())


def test_halves_of_characters_and_zero_bytes_never_reach_the_archive() -> None:
    heard = hearing().heard(single(msgtype="text", text={"content": "a\ud800b\0c"}), received_at=NOW)
    assert heard is not None and heard.text == "a?bc"


def test_kinds() -> None:
    assert kind_of({"msgtype": "event", "event": {"eventtype": "enter_chat"}}) == "enter_chat"
    assert kind_of({"msgtype": "stream", "stream": {"id": "S-1"}}) == "stream"
    assert chat_in(single()).chat_id == "alice"
