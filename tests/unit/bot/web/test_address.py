"""Addresses that work outside the page."""

import pytest
from pydantic import SecretStr, ValidationError

from bot.settings import WebSettings
from bot.web.address import message_url, page_url

TOKEN = SecretStr("a-long-token")


@pytest.mark.parametrize(
    ("web", "port", "url"),
    [
        (WebSettings(), None, "http://127.0.0.1:8710"),
        (WebSettings(port=0), 4711, "http://127.0.0.1:4711"),
        (WebSettings(port=0), None, ""),
        (WebSettings(host="0.0.0.0", token=TOKEN), None, "http://127.0.0.1:8710"),  # noqa: S104 - nobody listens
        (WebSettings(host="::1"), None, "http://[::1]:8710"),
        (WebSettings(host="chat.lan", token=TOKEN), None, "http://chat.lan:8710"),
        (WebSettings(public_url="https://chat.example.com/team/"), 4711, "https://chat.example.com/team"),
    ],
)
def test_where_people_open_the_page(web: WebSettings, port: int | None, url: str) -> None:
    assert page_url(web, port=port) == url


@pytest.mark.parametrize(
    ("permalink", "url"),
    [
        ("https://team.slack.com/archives/C1/p1", "https://team.slack.com/archives/C1/p1"),
        ("/?channel=c&message=m%3A1", "http://127.0.0.1:8710/?channel=c&message=m%3A1"),
        (None, "http://127.0.0.1:8710/?message=m%3A1"),
    ],
)
def test_links_to_messages(permalink: str | None, url: str) -> None:
    assert message_url(permalink, "m:1", WebSettings()) == url


def test_without_a_known_address_links_stay_as_they_are() -> None:
    assert message_url("/?message=m1", "m1", WebSettings(port=0)) == "/?message=m1"
    assert message_url(None, "m1", WebSettings(port=0)) is None


def test_a_public_address_needs_its_scheme() -> None:
    with pytest.raises(ValidationError, match="http://"):
        WebSettings(public_url="chat.example.com")
