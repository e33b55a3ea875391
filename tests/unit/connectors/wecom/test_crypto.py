"""Callback cryptography: official vectors, and at least 2,000 inputs that must be refused without harm."""

import base64
import hmac
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.wecom import crypto
from connectors.wecom.crypto import (
    LARGEST_BODY_BYTES,
    CallbackCrypto,
    CallbackForAnother,
    CallbackMalformed,
    CallbackRefused,
    CallbackTooLarge,
    CallbackUnsigned,
)
from tests.fakes.wecom.attacker import Attacker
from tests.fakes.wecom.callbacks import CallbackSender, SignedRequest
from tests.fakes.wecom.clock import ManualClock
from tests.fakes.wecom.crypto import Envelope, encrypt_bytes, raw_key
from tests.fakes.wecom.vectors import ECHO, JSON, OLD_ECHO, STREAM, STREAM_RANDOM, VECTORS, XML, Vector

TOKEN, KEY, CORP = "tokenforatest", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "ww0123456789abcdef"
PLATFORM = Envelope(token=TOKEN, encoding_aes_key=KEY, receive_id=CORP)
ROBOT_PLATFORM = Envelope(token=TOKEN, encoding_aes_key=KEY, receive_id="")


def _crypto(receive_id: str = CORP) -> CallbackCrypto:
    return CallbackCrypto(token=TOKEN, encoding_aes_key=KEY, receive_id=receive_id)


def _of(vector: Vector) -> CallbackCrypto:
    return CallbackCrypto(token=vector.token, encoding_aes_key=vector.key, receive_id=vector.receive_id)


def _query(platform: Envelope, encrypted: str, *, timestamp: str = "1790000000", nonce: str = "77") -> dict[str, str]:
    return {"msg_signature": platform.sign(timestamp, nonce, encrypted), "timestamp": timestamp, "nonce": nonce}


def _xml_body(encrypted: str) -> bytes:
    return f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_official_vectors_are_opened(vector: Vector) -> None:
    plain = _of(vector).echo({**vector.query, "echostr": vector.encrypted})
    assert all(part in plain for part in vector.contains)
    if vector.whole:
        assert plain == vector.contains[0]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_official_vectors_are_signed_alike(vector: Vector) -> None:
    assert _of(vector).signature(vector.timestamp, vector.nonce, vector.encrypted) == vector.signature


def test_the_stream_reply_is_sealed_byte_for_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto, "_random_prefix", STREAM_RANDOM.decode)
    robot = _of(STREAM)
    message = json.loads(STREAM.contains[0])
    monkeypatch.setattr(json, "dumps", lambda value, **_: STREAM.contains[0] if value == message else "")
    packet = robot.seal_json(message, nonce=STREAM.nonce, at=int(STREAM.timestamp))
    assert packet == {
        "encrypt": STREAM.encrypted,
        "msgsignature": STREAM.signature,
        "timestamp": int(STREAM.timestamp),
        "nonce": STREAM.nonce,
    }


def test_an_app_callback_is_opened() -> None:
    body = f"<xml><ToUserName>x</ToUserName><Encrypt>\n{XML.encrypted}\n</Encrypt></xml>".encode()
    assert "ChenJiaShun" in _of(XML).open_xml(body, XML.query)
    assert "ChenJiaShun" in _of(XML).open_xml(_xml_body(XML.encrypted), XML.query)


def test_other_names_of_the_signature_are_known() -> None:
    query = ECHO.query
    for name in ("msgsignature", "signature"):
        renamed = {name: query["msg_signature"], **{key: query[key] for key in ("timestamp", "nonce")}}
        assert _of(ECHO).echo({**renamed, "echostr": ECHO.encrypted}) == ECHO.contains[0]


def test_a_plus_that_became_a_space_on_the_way_is_a_plus() -> None:
    assert " " in (mangled := OLD_ECHO.encrypted.replace("+", " "))
    assert _of(OLD_ECHO).echo({**OLD_ECHO.query, "echostr": mangled}) == OLD_ECHO.contains[0]


@given(st.text(max_size=2000), st.sampled_from([CORP, ""]))
@settings(max_examples=100, deadline=None)
def test_both_implementations_open_what_the_other_sealed(message: str, receive_id: str) -> None:
    message = message.encode("utf-8", "replace").decode()
    platform = Envelope(token=TOKEN, encoding_aes_key=KEY, receive_id=receive_id)
    ours = _crypto(receive_id)
    sealed = platform.seal(message)
    assert ours.echo({**_query(platform, sealed), "echostr": sealed}) == message
    packet = ours.seal_json({"content": message}, nonce="5")
    assert json.loads(platform.open(packet["encrypt"])) == {"content": message}
    assert packet["msgsignature"] == platform.sign(str(packet["timestamp"]), "5", packet["encrypt"])


def test_raw_control_characters_in_people_s_texts_are_read() -> None:
    sealed = ROBOT_PLATFORM.seal('{"text": "a\x01b"}')
    message = _crypto("").open_json(json.dumps({"encrypt": sealed}).encode(), _query(ROBOT_PLATFORM, sealed))
    assert message == {"text": "a\x01b"}


def test_passive_xml_is_opened_by_the_platform() -> None:
    from xml.etree import ElementTree

    reply = ElementTree.fromstring(_crypto().seal_xml("<xml>好</xml>", nonce="9"))  # noqa: S314 - our own words
    fields = {child.tag: child.text or "" for child in reply}
    assert PLATFORM.open(fields["Encrypt"]) == "<xml>好</xml>"
    assert fields["MsgSignature"] == PLATFORM.sign(fields["TimeStamp"], "9", fields["Encrypt"])
    assert fields["Nonce"] == "9"


def test_the_random_prefix_is_new_each_time() -> None:
    assert len({_crypto("").seal_json({}, nonce="1")["encrypt"] for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("token", "key", "named"),
    [("", KEY, "token"), (TOKEN, KEY[:-1], "encoding_aes_key"), (TOKEN, KEY[:-1] + "!", "encoding_aes_key")],
)
def test_wrong_settings_are_named_without_their_value(token: str, key: str, named: str) -> None:
    with pytest.raises(ValueError, match=named) as error:
        CallbackCrypto(token=token, encoding_aes_key=key, receive_id="")
    assert key not in str(error.value)


class TestRefused:
    """Each kind of wrong callback, by itself."""

    def test_too_large(self) -> None:
        for call in (_crypto().open_xml, _crypto().open_json):
            with pytest.raises(CallbackTooLarge) as error:
                call(b" " * (LARGEST_BODY_BYTES + 1), {})
            assert error.value.status == 413

    @pytest.mark.parametrize("missing", ["msg_signature", "timestamp", "nonce"])
    def test_unsigned(self, missing: str) -> None:
        sealed = PLATFORM.seal("<xml/>")
        query = _query(PLATFORM, sealed)
        del query[missing]
        with pytest.raises(CallbackUnsigned):
            _crypto().open_xml(_xml_body(sealed), query)

    def test_for_another_company(self) -> None:
        other = Envelope(token=TOKEN, encoding_aes_key=KEY, receive_id="wwother")
        sealed = other.seal("<xml/>")
        with pytest.raises(CallbackForAnother):
            _crypto().open_xml(_xml_body(sealed), _query(other, sealed))

    @pytest.mark.parametrize(
        "plain",
        [
            b"short",
            b"r" * 16 + (999).to_bytes(4, "big") + b"less than 999",
            b"r" * 16 + (2**32 - 1).to_bytes(4, "big"),
            b"r" * 16 + (2).to_bytes(4, "big") + b"\xff\xfe",
            b"r" * 16 + (3).to_bytes(4, "big") + b"[1]",
            b"r" * 16 + (3).to_bytes(4, "big") + b"{1}",
        ],
    )
    def test_signed_but_built_wrong(self, plain: bytes) -> None:
        sealed = base64.b64encode(encrypt_bytes(raw_key(KEY), plain)).decode()
        with pytest.raises((CallbackMalformed, CallbackForAnother)):
            _crypto("").open_json(json.dumps({"encrypt": sealed}).encode(), _query(ROBOT_PLATFORM, sealed))

    def test_a_wrong_padding(self) -> None:
        sealed = base64.b64encode(bytes(64)).decode()
        with pytest.raises(CallbackMalformed, match="padding"):
            _crypto("").echo({**_query(ROBOT_PLATFORM, sealed), "echostr": sealed})

    def test_half_a_block_and_two_messages_in_one(self) -> None:
        half = base64.b64encode(bytes(48)).decode()
        with pytest.raises(CallbackMalformed, match="blocks"):
            _crypto("").echo({**_query(ROBOT_PLATFORM, half), "echostr": half})
        sealed = PLATFORM.seal("<xml/>")
        with pytest.raises(CallbackMalformed, match="2 Encrypt"):
            _crypto().open_xml(_xml_body(sealed) * 2, _query(PLATFORM, sealed))

    def test_entities_inside(self) -> None:
        sealed = PLATFORM.seal('<!DOCTYPE x [<!ENTITY a "aaaa">]><xml>&a;</xml>')
        with pytest.raises(CallbackMalformed, match="document type"):
            _crypto().open_xml(_xml_body(sealed), _query(PLATFORM, sealed))

    def test_json_that_is_nested_without_end(self) -> None:
        with pytest.raises(CallbackMalformed):
            _crypto().open_json(b'{"a":' * 40_000, {})

    def test_the_unparseable_official_sample_is_refused_and_not_fatal(self) -> None:
        with pytest.raises(CallbackMalformed, match="JSON"):
            _of(JSON).open_json(json.dumps({"encrypt": JSON.encrypted}).encode(), JSON.query)


@pytest.mark.parametrize("kind", ["xml", "json"])
def test_2400_damaged_callbacks_are_all_refused_with_4xx_and_nothing_secret(kind: str) -> None:
    """Malformed, unsigned and oversized ones, and no error holds a secret. For replays see test_replay."""
    attacker = Attacker(CallbackSender(ManualClock()))
    message = "<xml><MsgType>text</MsgType></xml>" if kind == "xml" else '{"msgtype": "text"}'
    platform = PLATFORM if kind == "xml" else ROBOT_PLATFORM
    ours = _crypto(platform.receive_id)
    opened = 0
    for _ in range(1200):
        sealed = platform.seal(message)
        body = _xml_body(sealed) if kind == "xml" else json.dumps({"encrypt": sealed}).encode()
        request = SignedRequest(query=_query(platform, sealed), body=body, content_type="")
        bad = attacker.damaged(request)
        try:
            got = (
                ours.open_xml(bad.body, bad.query) if kind == "xml" else json.dumps(ours.open_json(bad.body, bad.query))
            )
        except CallbackRefused as refused:
            assert 400 <= refused.status < 500
            assert TOKEN not in str(refused) and KEY not in str(refused) and sealed not in str(refused)
        else:
            # A damaged ToUserName or blank is not covered by the signature; then the message must be the true one.
            assert got == message
            opened += 1
    assert opened < 200


@given(
    body=st.binary(max_size=400),
    query=st.dictionaries(st.sampled_from(["msg_signature", "timestamp", "nonce"]), st.text(max_size=30)),
)
@settings(max_examples=150, deadline=None)
def test_noise_is_refused(body: bytes, query: dict[str, str]) -> None:
    for call in (_crypto().open_xml, _crypto("").open_json):
        with pytest.raises(CallbackRefused):
            call(body, query)
    with pytest.raises(CallbackRefused):
        _crypto().echo({**query, "echostr": body.decode("latin-1")})


def test_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(ours: bytes, given: bytes) -> bool:
        compared.append((ours, given))
        return ours == given

    monkeypatch.setattr(hmac, "compare_digest", compare)
    _of(ECHO).echo({**ECHO.query, "echostr": ECHO.encrypted})
    assert len(compared) == 1
