"""What an app's callback says, from literal XML."""

from datetime import UTC, datetime

import pytest

from connectors.wecom.app_messages import Happened, Unheard, Unknown, fields_of, letter_key, understood
from connectors.wecom.configuration import AppConfiguration
from connectors.wecom.crypto import CallbackRefused
from connectors.wecom.site import Heard, MediaRef

APP = AppConfiguration(name="helper", agent_id=1000002, secret="x")
HEAD = (
    "<ToUserName><![CDATA[ww1436e0e65a779aee]]></ToUserName><FromUserName><![CDATA[ChenJiaShun]]></FromUserName>"
    "<CreateTime>1476422779</CreateTime><AgentID>1000002</AgentID>"
)


def read(inner: str) -> Heard | Unheard | Happened | Unknown:
    fields = fields_of(f"<xml>{HEAD}{inner}</xml>", corp_id="ww1436e0e65a779aee", configuration=APP)
    return understood(fields, configuration=APP, workspace_id="ww1436e0e65a779aee")


def key(inner: str) -> str:
    return letter_key(fields_of(f"<xml>{HEAD}{inner}</xml>", corp_id="ww1436e0e65a779aee", configuration=APP))


TEXT = "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[ 你好 ]]></Content><MsgId>1456453720</MsgId>"
CLICK = """<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[template_card_event]]></Event>
<EventKey><![CDATA[submit]]></EventKey><TaskId><![CDATA[task-1]]></TaskId>
<CardType><![CDATA[multiple_interaction]]></CardType><ResponseCode><![CDATA[CODE]]></ResponseCode>
<SelectedItems><SelectedItem><QuestionKey><![CDATA[q1]]></QuestionKey><OptionIds><OptionId><![CDATA[a]]></OptionId>
<OptionId><![CDATA[b]]></OptionId></OptionIds></SelectedItem><SelectedItem><QuestionKey><![CDATA[q2]]></QuestionKey>
<OptionIds><OptionId><![CDATA[c]]></OptionId></OptionIds></SelectedItem></SelectedItems>"""


def test_text() -> None:
    heard = read(TEXT)
    assert isinstance(heard, Heard)
    assert (heard.text, heard.msgid, heard.way, heard.of) == ("你好", "1456453720", "app", "helper")
    assert heard.said_at == datetime(2016, 10, 14, 5, 26, 19, tzinfo=UTC)
    assert heard.channel.channel_id == "wecom:direct:helper:ChenJiaShun" and not heard.is_group
    assert heard.channel.workspace_id == "ww1436e0e65a779aee"


@pytest.mark.parametrize(
    ("inner", "kind", "name"),
    [
        ("<MsgType>image</MsgType><PicUrl>http://x</PicUrl><MediaId>M</MediaId>", "image", ""),
        ("<MsgType>video</MsgType><MediaId>M</MediaId><ThumbMediaId>T</ThumbMediaId>", "video", ""),
        ("<MsgType>file</MsgType><MediaId>M</MediaId><FileName>报价.pdf</FileName>", "file", "报价.pdf"),
        ("<MsgType>file</MsgType><MediaId>M</MediaId>", "file", ""),
    ],
)
def test_files(inner: str, kind: str, name: str) -> None:
    heard = read(f"{inner}<MsgId>1</MsgId>")
    assert isinstance(heard, Heard) and heard.text == ""
    assert heard.media == (MediaRef(kind=kind, place=0, media_id="M", name=name),)  # type: ignore[arg-type]  # a tuple of str


def test_voice() -> None:
    voice = "<MsgType>voice</MsgType><MediaId>M</MediaId><Format>amr</Format><MsgId>1</MsgId>"
    assert isinstance(read(voice), Unheard)
    heard = read(f"{voice}<Recognition>明天开会</Recognition>")
    assert isinstance(heard, Heard) and heard.voice and heard.text == "明天开会"


def test_a_click_with_what_was_chosen() -> None:
    click = read(CLICK)
    assert isinstance(click, Happened) and click.kind == "clicked"
    assert (click.key, click.task_id, click.response_code) == ("submit", "task-1", "CODE")
    assert click.chosen == {"q1": ("a", "b"), "q2": ("c",)}
    assert "CODE" not in repr(click)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("enter_agent", "welcome"),
        ("subscribe", "welcome"),
        ("unsubscribe", "nothing"),
        ("LOCATION", "nothing"),
        ("change_contact", "nothing"),
        ("msgaudit_notify", "archive"),
    ],
)
def test_events(event: str, kind: str) -> None:
    happened = read(f"<MsgType>event</MsgType><Event>{event}</Event>")
    assert isinstance(happened, Happened) and happened.kind == kind


def test_unknown_types_are_named() -> None:
    assert read("<MsgType>hologram</MsgType><MsgId>1</MsgId>") == Unknown(name="hologram")
    assert read("<MsgType>event</MsgType><Event>dream</Event>") == Unknown(name="event:dream")
    assert read("<MsgType>image</MsgType><MsgId>1</MsgId>") == Unknown(name="image")


def test_keys() -> None:
    assert key(TEXT) == "message:1456453720"
    event = "<MsgType>event</MsgType><Event>enter_agent</Event>"
    assert key(event) == key(event + "<EventKey></EventKey>") != key(CLICK)
    assert key(CLICK) == key(CLICK.replace("CODE", "another on the second try"))
    assert key(CLICK) != key(CLICK.replace("submit", "cancel"))


@pytest.mark.parametrize(
    "xml_text",
    [
        "<xml><MsgType>text</MsgType></xml>",
        f"<xml>{HEAD}<MsgType>text</MsgType></xml>",
        f"<xml>{HEAD}<MsgType>text</MsgType><MsgId>1</MsgId><MsgId>2</MsgId></xml>",
        f"<xml>{HEAD}<MsgType>text</MsgType><MsgId>{'9' * 200}</MsgId></xml>",
        f"<xml>{HEAD.replace('1476422779', '-1')}{TEXT}</xml>",
        f"<xml>{HEAD.replace('1000002', '1000003')}{TEXT}</xml>",
        f"<xml>{HEAD.replace('ww1436', 'wwOTHER')}{TEXT}</xml>",
        f"<xml>{HEAD}{TEXT}",
    ],
)
def test_refused(xml_text: str) -> None:
    with pytest.raises(CallbackRefused):
        fields_of(xml_text, corp_id="ww1436e0e65a779aee", configuration=APP)
