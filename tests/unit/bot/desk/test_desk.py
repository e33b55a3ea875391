"""The desk's shell: who may do what, what is audited, and what strangers and other sites get."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from yarl import URL

from bot.desk.auditing import Auditing
from bot.desk.body import Body, Line, checked
from bot.desk.operators import Operators
from bot.desk.route import DeskRequest, Outcome, Route
from bot.desk.session import COOKIE
from bot.errors import ArchiveUnavailable, NotFound
from tests.unit.bot.desk.conftest import House


class _Named(Body):
    name: Line


class _Things:
    """A part that shows, changes, and fails in every way."""

    def routes(self) -> Sequence[Route]:
        return [
            Route(method="GET", path="things/{name}", handler=self._show),
            Route(method="POST", path="things", handler=self._change, action="thing_changed"),
            Route(method="GET", path="bad/{kind}", handler=self._fail),
            Route(method="POST", path="bad/{kind}", handler=self._fail, action="thing_failed"),
        ]

    async def _show(self, request: DeskRequest) -> Outcome:
        return Outcome(
            body={"name": request.path["name"], "who": request.operator.name, "language": request.language}
            | dict(request.query)
        )

    async def _change(self, request: DeskRequest) -> Outcome:
        name = checked(_Named, request.body).name
        return Outcome(body={"name": name}, target=name, detail={"length": len(name)})

    async def _fail(self, request: DeskRequest) -> Outcome:
        raise {
            "spoken": NotFound("#launch"),
            "closed": ArchiveUnavailable(),
            "lookup": LookupError("secret"),
            "denied": PermissionError("secret"),
            "raw": RuntimeError("secret"),
        }[request.path["kind"]]


@pytest.fixture
async def desk(house: House) -> House:
    await house.open([_Things()])
    return house


async def test_a_handler_gets_what_was_sent_and_who_sent_it(desk: House) -> None:
    ann = await desk.sign_in("Ann")
    _, shown = await ann.call("GET", "things/a%20b%2Fc", query={"x": "1"}, Accept_Language="zh-CN,zh")
    assert shown == {"name": "a b/c", "who": "Ann", "language": "zh", "x": "1"}


async def test_what_changes_is_audited_when_it_succeeded(desk: House) -> None:
    ann = await desk.sign_in("Ann")
    assert (await ann.call("POST", "things", {"name": "lamp"}))[0] == 200
    assert (await ann.call("POST", "bad/spoken", {}))[0] == 404
    entries = await Auditing(desk.database).listed()
    assert [(one.operator, one.action, one.target, one.detail) for one in entries] == [
        ("Ann", "thing_changed", "lamp", {"length": 4}),
        ("Ann", "signed_in", "", {}),
    ]


async def test_strangers_get_the_login_and_nothing_else(desk: House) -> None:
    stranger = await desk.stranger()
    for path in ("", "/", "/queue", "/case/1"):
        async with stranger.http.get(f"{desk.base}/admin{path}") as response:
            assert response.status == 401
            assert "login.js" in await response.text()
    for method, path in (("GET", "me"), ("GET", "things/x"), ("POST", "things"), ("GET", "nothing"), ("PUT", "a/b")):
        assert await stranger.code(method, path) == (401, "not_signed_in")


async def test_viewers_look_and_change_nothing(desk: House) -> None:
    viewer = await desk.sign_in("Vic", "viewer")
    assert (await viewer.get("me"))["role"] == "viewer"
    assert (await viewer.call("GET", "things/x"))[0] == 200
    assert await viewer.code("POST", "things", {"name": "lamp"}) == (403, "not_permitted")
    assert [one.action for one in await Auditing(desk.database).listed()] == ["signed_in"]


async def test_the_cookie_is_for_the_desk_alone(desk: House) -> None:
    token = await Operators(desk.database).add("Ann")
    stranger = await desk.stranger()
    async with stranger.http.post(
        f"{desk.base}/admin/api/login", json={"token": token}, headers={"X-Forwarded-Proto": "https"}
    ) as response:
        cookie = response.headers["Set-Cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/admin", "Secure", COOKIE))
    assert token not in cookie


async def test_signing_out_ends_it(desk: House) -> None:
    ann = await desk.sign_in()
    assert (await ann.call("POST", "logout", {}))[0] == 200
    assert await ann.code("GET", "me") == (401, "not_signed_in")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": "https://evil.example"}, "forbidden_origin"),
        ({"Origin": "null"}, "forbidden_origin"),
        ({"Sec_Fetch_Site": "cross-site"}, "forbidden_origin"),
        ({"Host": "evil.example"}, "forbidden_host"),
    ],
)
async def test_another_site_changes_nothing(desk: House, headers: dict[str, str], code: str) -> None:
    ann = await desk.sign_in()
    assert await ann.code("POST", "things", {"name": "lamp"}, **headers) == (403, code)
    assert [one.action for one in await Auditing(desk.database).listed()] == ["signed_in"]


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "a", "more": 1}, {"name": 7}, {"name": "\0"}, [], "x"])
async def test_what_does_not_fit_is_refused_by_the_name_of_its_field(desk: House, body: object) -> None:
    ann = await desk.sign_in()
    status, answer = await ann.call("POST", "things", body)
    assert (status, answer["error"]["code"]) == (400, "bad_input")
    assert answer["error"]["sentence"]["zh"] != answer["error"]["sentence"]["en"]


async def test_broken_and_huge_bodies_are_refused(desk: House) -> None:
    ann = await desk.sign_in()
    json_type = {"Content-Type": "application/json"}
    for data in (b"{", b"\xff\xfe", b"[" * 100_000, b'{"name": "' + b"a" * 1_100_000 + b'"}'):
        async with ann.http.post(f"{desk.base}/admin/api/things", data=BytesIO(data), headers=json_type) as response:
            assert response.status == 400
            assert (await response.json())["error"]["code"] == "bad_input"
    async with ann.http.post(f"{desk.base}/admin/api/things", data={"name": "lamp"}) as response:
        assert response.status == 400


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("spoken", 404, "not_found"),
        ("closed", 503, "archive_unavailable"),
        ("lookup", 404, "not_found"),
        ("denied", 403, "not_permitted"),
        ("raw", 500, "error"),
    ],
)
async def test_failures_are_sentences_and_nothing_raw(desk: House, kind: str, status: int, code: str) -> None:
    ann = await desk.sign_in()
    answered, body = await ann.call("GET", f"bad/{kind}")
    assert (answered, body["error"]["code"]) == (status, code)
    assert "secret" not in str(body)
    assert set(body["error"]["sentence"]) == set(body["error"]["hint"]) == {"zh", "en"}


async def test_files_come_by_tag_with_a_strict_policy_and_nothing_outside_the_folder(desk: House) -> None:
    stranger = await desk.stranger()
    async with stranger.http.get(f"{desk.base}/admin/static/css/desk.css") as response:
        tag = response.headers["ETag"]
        assert response.content_type == "text/css"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert "unsafe" not in response.headers["Content-Security-Policy"]
    async with stranger.http.get(f"{desk.base}/admin/static/css/desk.css", headers={"If-None-Match": tag}) as response:
        assert response.status == 304
    for path in ("%2e%2e/desk.py", "..%2fdesk.py", "index.html", "nothing.js", "i18n/zh/desk.json"):
        async with stranger.http.get(URL(f"{desk.base}/admin/static/{path}", encoded=True)) as response:
            assert response.status in {401, 404}
            assert "import" not in await response.text()


async def test_a_route_that_changes_something_unaudited_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="names no action"):
        Route(method="POST", path="things", handler=_Things()._change)
