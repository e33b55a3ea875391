"""Frames as WeCom and its official SDK write them."""

import json

import pytest

from connectors.wecom.frames import Frame, new_req_id, read_frame, write_frame


def test_a_callback_is_read_though_people_type_control_characters() -> None:
    text = (
        '{"cmd":"aibot_msg_callback","headers":{"req_id":"r1"},'
        '"body":{"msgid":"m1","msgtype":"text","text":{"content":"a\x00b\x0bc\x1fd\n\te"}}}'
    )
    frame = read_frame(text)
    assert frame == Frame(
        cmd="aibot_msg_callback",
        req_id="r1",
        body={"msgid": "m1", "msgtype": "text", "text": {"content": "abcd\n\te"}},
    )


def test_an_answer_has_a_code_and_no_command() -> None:
    frame = read_frame('{"headers":{"req_id":"r1"},"errcode":846605,"errmsg":"invalid req_id"}')
    assert frame == Frame(cmd="", req_id="r1", code=846605, message="invalid req_id")


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{}", '{"headers":{}}', '{"headers":{"req_id":7}}', '{"headers":{"req_id":"r"},"errcode":"0"}',
     "[" * 100_000],
)  # fmt: skip
def test_what_is_no_frame_is_none(text: str) -> None:
    assert read_frame(text) is None


def test_a_frame_is_written_with_its_own_id() -> None:
    text = write_frame("aibot_respond_msg", req_id="r1", body={"msgtype": "stream"})
    assert json.loads(text) == {
        "cmd": "aibot_respond_msg",
        "headers": {"req_id": "r1"},
        "body": {"msgtype": "stream"},
    }
    assert json.loads(write_frame("ping", req_id="r2", body=None)) == {"cmd": "ping", "headers": {"req_id": "r2"}}
    assert new_req_id("ping") != new_req_id("ping")
