"""Addresses in chat text, their identity, and invariant 8: no secret of an address goes further."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.address import address_words, addresses_in, link_words, without_url_secrets


@pytest.mark.parametrize(
    ("text", "url", "label"),
    [
        ("see https://a.example/plan.", "https://a.example/plan", ""),
        ("看https://a.example/x这个方案", "https://a.example/x", ""),
        ("https://zh.example/wiki/人工智能，值得一读", "https://zh.example/wiki/人工智能", ""),
        ("Pump plan (https://a.example/p)", "https://a.example/p", "Pump plan"),
        ("Read this. Pump plan (https://a.example/p) now", "https://a.example/p", "Pump plan"),
        ("文档：需求说明（https://a.example/需求-v2.pdf），请看", "https://a.example/需求-v2.pdf", "需求说明"),
        ("[the plan](https://a.example/p) is new", "https://a.example/p", "the plan"),
        ("(https://en.example/Pump_(device))", "https://en.example/Pump_(device)", ""),
        ("<https://a.example/p>", "https://a.example/p", ""),
        ("**https://a.example/p**", "https://a.example/p", ""),
    ],
)
def test_an_address_ends_where_its_sentence_goes_on(text: str, url: str, label: str) -> None:
    [found] = addresses_in(text)
    assert (found.url, found.label) == (url, label)


@pytest.mark.parametrize("text", ["no address", "ftp://a.example/x", "http://", "https://[::1", "http://a:99999/"])
def test_no_address(text: str) -> None:
    assert addresses_in(text) == []


@pytest.mark.parametrize(
    "other",
    [
        "http://docs.example/plan?id=3&b=1",
        "https://www.docs.example/plan/?b=1&id=3",
        "https://DOCS.example:443/plan?b=1&id=3&utm_source=chat&utm_campaign=x",
        "https://docs.example/plan?b=1&id=3&spm=a2.b3&fbclid=77#:~:text=pump",
        "https://docs.example/%70lan?b=1&id=3",
    ],
)
def test_tracking_scheme_and_order_make_no_other_address(other: str) -> None:
    [one] = addresses_in("https://docs.example/plan?b=1&id=3")
    [two] = addresses_in(other)
    assert one.digest == two.digest
    assert two.url == other  # what is shown stays


@pytest.mark.parametrize(
    "other", ["https://docs.example/plan?id=4", "https://docs.example/plan?id=3#part-2", "https://x.example/plan?id=3"]
)
def test_another_page_is_another_address(other: str) -> None:
    assert addresses_in("https://docs.example/plan?id=3")[0].digest != addresses_in(other)[0].digest


def test_an_address_named_twice_is_one_and_keeps_its_label() -> None:
    [found] = addresses_in("https://a.example/p\nPump plan (https://a.example/p?utm_source=x)")
    assert (found.url, found.label) == ("https://a.example/p", "Pump plan")


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://ann:hunter2@h.example/a", "https://h.example/a"),
        ("https://h.example/a?token=s3cret&id=1", "https://h.example/a?token=&id=1"),
        ("https://h.example/a?access_token=s3cret", "https://h.example/a?access_token="),
        (
            "https://h.example/a?X-Amz-Signature=s3cret&X-Amz-Date=1",
            "https://h.example/a?X-Amz-Signature=&X-Amz-Date=1",
        ),
        ("https://h.example/a?apiKey=s3cret", "https://h.example/a?apiKey="),
        ("https://h.example/a?key=s3cret&sig=s3cret", "https://h.example/a?key=&sig="),
        ("https://h.example/#/in?id=1&accessToken=s3cret", "https://h.example/#/in?id=1&accessToken="),
        ("https://hooks.slack.com/services/T1/B1/s3cret", "https://hooks.slack.com/…"),
        ("postgres://app:s3cret@db.example/x", "postgres://db.example/x"),
    ],
)
def test_secrets_leave_an_address(url: str, clean: str) -> None:
    assert without_url_secrets(f"see {url} please") == f"see {clean} please"
    assert all("s3cret" not in found.url and "hunter2" not in found.url for found in addresses_in(url))


@pytest.mark.parametrize("name", ["keyword", "design", "author", "passage", "monkey", "page", "code"])
def test_what_only_looks_like_a_secret_stays(name: str) -> None:
    url = f"https://h.example/a?{name}=pump"
    assert without_url_secrets(url) == url


def test_words_of_an_address() -> None:
    assert address_words("https://docs.example/pump-plan/%E6%8A%A5%E4%BB%B7?id=3").split() == [
        "docs", "example", "pump", "plan", "报价", "id", "3",
    ]  # fmt: skip


def test_how_a_link_is_shown() -> None:
    assert link_words("", "https://a.example") == "https://a.example"
    assert link_words("Plan", "https://a.example") == "Plan (https://a.example)"
    assert link_words("HTTPS://a.example", "https://a.example") == "https://a.example"


@given(st.text(max_size=300))
def test_nothing_that_people_type_breaks_it(text: str) -> None:
    for found in addresses_in(f"{text} https://{text}"):
        assert found.host
        assert addresses_in(found.url)[0].digest == found.digest
        assert address_words(found.url)


def test_a_page_of_addresses_is_limited() -> None:
    assert len(addresses_in(" ".join(f"https://a.example/{number}" for number in range(500)))) == 50
