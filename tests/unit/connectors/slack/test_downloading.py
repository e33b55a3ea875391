"""One download: where the token may go, and what is no file (design invariant 8)."""

from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import aiohttp
import pytest
from yarl import URL

from connectors.slack.configuration import FILE_HOSTS, SlackConfiguration
from connectors.slack.downloading import Download, FileHostAway, FileRefused, may_have_token
from tests.fakes.slack import FakeSlack, Installation, SharedFile
from tests.fakes.slack_site import configuration_of


@pytest.mark.parametrize(
    "url",
    [
        "https://files.slack.com/files-pri/T1-F1/a.pdf",
        "https://FILES.slack.com/a",
        "https://files.slack.com:443/a",
        "https://acme.slack.com/files/a",
        "https://a.b.slack.com/a",
        "https://slack-files.com/a",
    ],
)
def test_slacks_own_hosts_may_have_the_token(url: str) -> None:
    assert may_have_token(URL(url), FILE_HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "http://files.slack.com/a",
        "https://files.slack.com:8443/a",
        "https://files.slack.com.evil.example/a",
        "https://evilslack.com/a",
        "https://slack.com.evil.example/a",
        "https://files.slack.com@evil.example/a",
        "https://user:password@files.slack.com/a",
        "https://evil.example/files.slack.com",
        "https://evil.example#.slack.com",
        "https://evil.example?.slack.com",
        "https://evil.slack-files.com/a",
        "ftp://files.slack.com/a",
        "http://127.0.0.1/a",
        "//files.slack.com/a",
        "/files-pri/a",
        "",
    ],
)
def test_no_other_host_may_have_it(url: str) -> None:
    assert not may_have_token(URL(url), FILE_HOSTS)


@pytest.mark.parametrize(
    ("url", "hosts", "allowed"),
    [
        ("http://127.0.0.1:3901/a", ("127.0.0.1:3901",), True),
        ("http://127.0.0.1:3902/a", ("127.0.0.1:3901",), False),
        ("http://localhost/a", ("localhost",), True),
        ("http://[::1]:3901/a", ("[::1]:3901",), True),
        ("http://10.0.0.7:3901/a", ("10.0.0.7:3901",), False),
        ("https://10.0.0.7:3901/a", ("10.0.0.7:3901",), True),
        ("https://slack.example/a", ("*.slack.example",), False),
        ("https://a.slack.example./a", ("*.slack.example",), True),
        ("https://files.slack.com/a", (), False),
    ],
)
def test_http_is_for_this_machine_alone_and_ports_are_part_of_a_host(
    url: str, hosts: tuple[str, ...], allowed: bool
) -> None:
    assert may_have_token(URL(url), hosts) is allowed


class Stage:
    """A file of somebody, and a store in memory."""

    def __init__(self, slack: FakeSlack, session: aiohttp.ClientSession) -> None:
        self.slack = slack
        self.session = session
        workspace = slack.add_workspace()
        self.installation: Installation = slack.install(slack.add_app(), workspace)
        self.ann = workspace.add_person("ann")
        self.workspace = workspace
        self.general = workspace.add_channel("general", members=[self.ann, self.installation.bot])
        self.stored: list[bytes] = []

    def shared(self, name: str = "plan.txt", content: bytes = b"the plan", **options: Any) -> SharedFile:
        file = self.slack.sharing.add(self.workspace, self.ann, name, content, **options)
        self.slack.sharing.share(self.ann, self.general, file, quietly=True)
        return file

    async def download(self, file: SharedFile, **changed: Any) -> bytes:
        configuration = {name: changed.pop(name) for name in ("max_file_bytes", "file_hosts") if name in changed}
        download = Download(
            {name: value for name, value in (file.payload() | changed).items() if value is not None},
            token=self.installation.bot_token,
            session=self.session,
            configuration=self.configuration(**configuration),
        )
        digest, size = await download.into(self._store)
        (content,) = self.stored
        assert (digest, size) == (sha256(content).hexdigest(), len(content))
        return content

    def configuration(self, **others: Any) -> SlackConfiguration:
        return configuration_of(self.slack, self.installation, **others)

    async def refusal(self, file: SharedFile, **changed: Any) -> str:
        with pytest.raises((FileRefused, FileHostAway)) as caught:
            await self.download(file, **changed)
        assert self.stored == [], "nothing of it may be kept"
        assert "token_leaked" not in {refusal.error for refusal in self.slack.journal.refusals}
        return f"{type(caught.value).__name__} {caught.value}"

    def asked_of_strangers(self) -> int:
        return sum(request.surface == "stranger" for request in self.slack.journal.requests)

    async def _store(self, chunks: AsyncIterator[bytes]) -> tuple[str, int]:
        content = b"".join([chunk async for chunk in chunks])
        self.stored.append(content)
        return sha256(content).hexdigest(), len(content)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with FakeSlack().running() as slack, aiohttp.ClientSession() as session:
        yield Stage(slack, session)


async def test_a_file_is_fetched_with_the_token(stage: Stage) -> None:
    content = b"x" * 300_000
    file = stage.shared(content=content)
    assert await stage.download(file) == content
    (request,) = stage.slack.journal.calls(file.id)
    assert request.token == stage.installation.bot_token


async def test_an_empty_file_is_a_file(stage: Stage) -> None:
    assert await stage.download(stage.shared(content=b"")) == b""


async def test_a_redirect_within_the_host_is_followed(stage: Stage) -> None:
    assert await stage.download(stage.shared(serving="redirect_here")) == b"the plan"


async def test_a_redirect_to_another_host_is_not_even_asked(stage: Stage) -> None:
    file = stage.shared(serving="redirect_elsewhere")
    assert await stage.refusal(file) == "FileRefused file_redirected"
    assert stage.asked_of_strangers() == 0


async def test_a_redirect_to_another_host_is_not_followed_even_if_that_one_may_have_the_token(stage: Stage) -> None:
    file = stage.shared(serving="redirect_elsewhere")
    hosts = (stage.slack.file_host.removeprefix("http://"), stage.slack.stranger_host.removeprefix("http://"))
    assert await stage.refusal(file, file_hosts=hosts) == "FileRefused file_redirected"
    assert stage.asked_of_strangers() == 0


@pytest.mark.parametrize(
    "target", ["http://[", "mailto:ann@example.com", "https://user@127.0.0.1/x", "//evil.example/x"]
)
async def test_odd_redirects_lead_nowhere(stage: Stage, target: str) -> None:
    file = stage.shared(serving="redirect_here")
    file.redirect_to = target
    assert (await stage.refusal(file)).startswith("FileRefused file_")


async def test_redirects_in_a_circle_end(stage: Stage) -> None:
    file = stage.shared(serving="redirect_here")
    file.redirect_to = file.payload()["url_private_download"]
    assert await stage.refusal(file) == "FileRefused file_redirected"
    assert len(stage.slack.journal.calls(file.id)) == 5


async def test_a_strange_host_gets_neither_a_request_nor_the_token(stage: Stage) -> None:
    elsewhere = f"{stage.slack.stranger_host}/drive/F1"
    file = stage.shared()
    assert await stage.refusal(file, url_private_download=elsewhere) == "FileRefused file_host_not_allowed"
    assert await stage.refusal(file, url_private_download="http://[") == "FileRefused file_host_not_allowed"
    assert stage.asked_of_strangers() == 0


async def test_sign_in_pages_are_no_files(stage: Stage) -> None:
    for serving in ("login_page", "redirect_to_login"):
        assert await stage.refusal(stage.shared(serving=serving)) == "FileRefused file_login_page"
    page = stage.shared("page.html", b"<html>ours</html>", serving="login_page")
    assert await stage.refusal(page) == "FileRefused file_login_page"
    assert await stage.refusal(page, size=None) == "FileRefused file_login_page"


async def test_pages_that_people_shared_are_files(stage: Stage) -> None:
    content = b"<!doctype html><title>ours</title>"
    assert await stage.download(stage.shared("page.html", content)) == content
    stage.stored.clear()
    assert await stage.download(stage.shared("page.txt", content)) == content


async def test_what_is_not_as_long_as_told_is_not_kept(stage: Stage) -> None:
    assert await stage.refusal(stage.shared(), size=7) == "FileHostAway file_incomplete"
    assert await stage.refusal(stage.shared(), size=9) == "FileHostAway file_incomplete"
    assert (
        await stage.refusal(stage.shared(content=b"x" * 1000, serving="cut_short")) == "FileHostAway file_unreachable"
    )


async def test_a_file_without_a_length_is_taken_as_it_comes(stage: Stage) -> None:
    assert await stage.download(stage.shared(), size=None) == b"the plan"


async def test_too_large_is_too_large_whatever_the_length_that_is_told(stage: Stage) -> None:
    file = stage.shared(content=b"x" * 2000)
    assert await stage.refusal(file, size=10, max_file_bytes=1000) == "FileRefused file_too_large"
    assert await stage.refusal(file, size=None, max_file_bytes=1000) == "FileRefused file_too_large"


async def test_what_the_host_says_becomes_a_code(stage: Stage) -> None:
    assert await stage.refusal(stage.shared(serving="not_found")) == "FileRefused file_gone_from_slack"
    assert await stage.refusal(stage.shared(serving="unavailable")) == "FileHostAway file_unreachable"
    nowhere = {"url_private": None, "url_private_download": None}
    assert await stage.refusal(stage.shared(), **nowhere) == "FileRefused file_access_denied"


async def test_a_host_that_is_away_may_come_back(stage: Stage) -> None:
    file = stage.shared()
    away = "http://127.0.0.1:9/files-pri/T-F/x"
    assert await stage.refusal(file, url_private_download=away, file_hosts=("127.0.0.1:9",)) == (
        "FileHostAway file_unreachable"
    )
