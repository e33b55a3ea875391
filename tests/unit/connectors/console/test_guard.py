import aiohttp
import pytest

from tests.unit.connectors.console.conftest import Console, Start


async def test_pages_carry_a_strict_policy(console: Console) -> None:
    for path in ("/", "/timeline", "/console/js/app.js", "/api/console"):
        async with console.session.get(f"{console.base}{path}") as response:
            assert response.status == 200
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_assets_are_served_by_tag_and_nothing_outside_the_folder(console: Console) -> None:
    async with console.session.get(f"{console.base}/console/css/base.css") as response:
        tag = response.headers["ETag"]
        assert response.content_type == "text/css"
    async with console.session.get(f"{console.base}/console/css/base.css", headers={"If-None-Match": tag}) as response:
        assert response.status == 304
    for path in ("/console/%2e%2e/connector.py", "/console/index.html", "/console/nothing.js"):
        async with console.session.get(f"{console.base}{path}") as response:
            assert response.status == 404


async def test_another_host_name_is_refused_without_a_token(console: Console) -> None:
    async with console.session.get(f"{console.base}/api/people", headers={"Host": "evil.example"}) as response:
        assert response.status == 403
        assert (await response.json())["error"]["code"] == "forbidden_host"
    async with console.session.get(f"{console.base}/api/people", headers={"Host": "localhost:1234"}) as response:
        assert response.status == 200


async def test_another_host_name_can_be_allowed(start: Start) -> None:
    console = await start(allowed_hosts=["Chat.Example"])
    async with console.session.get(f"{console.base}/api/people", headers={"Host": "chat.example:8710"}) as response:
        assert response.status == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
async def test_another_site_changes_nothing(console: Console, headers: dict[str, str]) -> None:
    await console.enter("Ada")
    accepted = len(console.host.accepted)
    body = {"client_id": "client-evil", "name": "evil", "visibility": "public"}
    async with console.session.post(console.url("/api/channels"), json=body, headers=headers) as response:
        assert response.status == 403
        assert (await response.json())["error"]["code"] == "forbidden_origin"
    assert len(console.host.accepted) == accepted
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await console.session.ws_connect(console.url("/ws"), headers=headers)


async def test_its_own_pages_may_change_things(console: Console) -> None:
    await console.enter("Ada")
    body = {"client_id": "client-good", "name": "good", "visibility": "public"}
    async with console.session.post(console.url("/api/channels"), json=body, headers={"Origin": console.base}) as reply:
        assert reply.status == 201


async def test_the_token_is_asked_once(start: Start) -> None:
    console = await start(token="correct horse")
    async with console.session.get(f"{console.base}/") as response:
        assert response.status == 401
        assert "login.js" in await response.text()
    for path in ("/api/people", "/api/console", "/ws", "/api/file"):
        async with console.session.get(f"{console.base}{path}") as response:
            assert response.status == 401
    async with console.session.post(f"{console.base}/api/login", json={"token": "wrong"}) as response:
        assert response.status == 403
        assert "Set-Cookie" not in response.headers
    jar = aiohttp.CookieJar(unsafe=True)  # an address instead of a name
    async with aiohttp.ClientSession(cookie_jar=jar) as browser:
        async with browser.post(f"{console.base}/api/login", json={"token": "correct horse"}) as response:
            cookie = response.headers["Set-Cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie
            assert "correct" not in cookie
        async with browser.get(f"{console.base}/api/people") as response:
            assert response.status == 200
        async with browser.get(f"{console.base}/") as response:
            assert response.status == 200


async def test_guessing_is_slowed_down(start: Start) -> None:
    console = await start(token="correct horse")
    for _ in range(20):
        async with console.session.post(f"{console.base}/api/login", json={"token": "guess"}) as response:
            assert response.status == 403
    async with console.session.post(f"{console.base}/api/login", json={"token": "correct horse"}) as response:
        assert response.status == 429


async def test_nothing_raw_is_told(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    await console.enter("Ada")

    async def broken(_: object) -> list[object]:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(console.host, "channels", broken)
    status, data = await console.get("/api/channels")
    assert (status, data["error"]["code"]) == (500, "internal")
    assert "hunter2" not in str(data)


@pytest.mark.parametrize(("code", "status"), [("not_permitted", 403), ("not_found", 404), ("archive_unavailable", 503)])
async def test_the_applications_own_errors_keep_their_words(
    console: Console, monkeypatch: pytest.MonkeyPatch, code: str, status: int
) -> None:
    class Spoken(Exception):
        def __init__(self) -> None:
            self.code = code

        def sentence(self, language: str) -> str:
            return f"sentence in {language}"

        def hint(self, language: str) -> str:
            return f"hint in {language}"

    async def broken(_: object) -> list[object]:
        raise Spoken

    await console.enter("Ada")
    monkeypatch.setattr(console.host, "channels", broken)
    found, data = await console.get("/api/channels")
    assert found == status
    assert data["error"]["sentence"] == {"zh": "sentence in zh", "en": "sentence in en"}
