import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.guarding.findings import LABELS
from bot.guarding.masking import find, mask, secrets_of

_HOSTILE = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "password:", "密码是", "口令", "Bearer ", "eyJ", "-----BEGIN PRIVATE KEY-----", "sk-", "AKIA", "4111",
                "11010519491231002X", "[password hidden]", "[密码已隐藏]", "：", "“", " ", "\n",
                "\u200b", "://a:b@", "=",
                "api key", "token is ", "６２２２", "X", "1", "ghp_",
            ]
        ),
        st.text(max_size=8),
    ),
    max_size=30,
).map("".join)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "测试环境的密码是 Tulip-42x，别外传",
        "VPN 口令已更新为 Sunny!2026",
        "口令：“芝麻开门”",
        "门禁密码 8848#",
        "the password for staging is Tulip-42x!",
        "password: hunter",
        '"password": "s3cr3tValue"',
        "Tulip-42x is the new wifi password",
        "DATABASE_URL=postgres://admin:pa55w0rd@db.internal:5432/app",
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789",
        "sk-proj-" + "abcdEFGH1234567890abcdEFGH",
        "xoxb-" + "123456789012-abcdefABCDEF",
        "AIza" + "SyA1234567890abcdefghijklmnopqrstuv",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc-DEF_123",
        "Authorization: Bearer abcdef1234567890XYZ",
        "api key 是 a8f5f167f44f4964e6c998dee827110c",
        "身份证 11010519491231002X",
        "身份证号：１１０１０５１９４９１２３１００２Ｘ",
        "card 4111 1111 1111 1111",
        "卡号 ４１１１－１１１１－１１１１－１１１１",
        "银行卡 6228480402564890018",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
        "护照号 E12345678",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa",
    ],
)
def test_secrets_and_numbers_are_masked_in_both_languages(text: str) -> None:
    """Invariant 8."""
    hidden = mask(text, "zh")
    assert any(labels["zh"] in hidden for labels in LABELS.values()), hidden
    assert all(secret not in hidden for secret in secrets_of(text))
    assert any(labels["en"] in mask(text, "en") for labels in LABELS.values())


@pytest.mark.parametrize(
    "text",
    [
        "fixed in commit 3b18e512dba79e4c8300dd08aeb37f8e728b8dad",
        "id 550e8400-e29b-41d4-a716-446655440000",
        "订单号 6228480402564890018",
        "order 4111111111111111",
        "v1.20.3-rc.1",
        "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "密码是什么？",
        "忘记密码了怎么办",
        "密码由 IT 发，不要在群里问",
        "the password was changed on 2026-11-02",
        "the password policy is 12 characters",
        "password: required",
        "The password is wrong",
        "tokens: 4096",
        "API key is in the vault",
        "The API key page: https://example.com/keys/1234",
        "call 13800138000 or 400-800-8899",
        "4111 1111 1111 1112",
        "110105194912310021",
        "1732243200000",
        "Basic understanding of the topic",
        "¥6,228,480",
    ],
)
def test_what_only_looks_random_is_left_alone(text: str) -> None:
    assert mask(text, "en") == text


def test_who_wrote_a_secret_may_see_it() -> None:
    text = "password: hunter2x and api key = a8f5f167f44f4964"
    assert mask(text, "en", allowed=frozenset({"hunter2x"})) == ("password: hunter2x and api key = [secret key hidden]")


@settings(max_examples=300, deadline=None)
@given(_HOSTILE)
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text, "zh")
    assert mask(once, "zh") == once
    assert all(0 <= one.start < one.end <= len(text) for one in find(text))


@pytest.mark.parametrize(
    "part", ["password: ", "密码", "1 ", "eyJ", "-----BEGIN PRIVATE KEY-----", "x://a:", "sk-", "token ", "!", "口令“"]
)
def test_a_megabyte_takes_no_longer_than_its_length(part: str) -> None:
    text = (part * 1_000_000)[:1_000_000]
    began = time.process_time()
    mask(text, "en")
    assert time.process_time() - began < 8, "quadratic: a linear search takes about a second"
