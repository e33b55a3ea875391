"""Calls of the API against the fake: one token for everybody, tries that end, and what must not happen twice."""

import asyncio
import logging
from collections.abc import AsyncIterator

import aiohttp
import pytest

from connectors.connector import Language
from connectors.wecom.api import WeComApi, media_name
from connectors.wecom.api_pacing import ApiPacing
from connectors.wecom.error_texts import explained
from connectors.wecom.errors import WeComAway, WeComError, WeComPaused
from tests.fakes.wecom import FakeWeCom, ManualClock, small_company


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def fake(clock: ManualClock) -> AsyncIterator[FakeWeCom]:
    async with FakeWeCom(small_company(), clock=clock).running() as fake:
        yield fake
        assert not fake.ledger.warnings


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def api_of(fake: FakeWeCom, session: aiohttp.ClientSession, **changes: str) -> WeComApi:
    settings = {"corp_id": fake.world.corpid, "secret": fake.world.app.secret, **changes}
    return WeComApi(
        corp_id=settings["corp_id"],
        secret=settings["secret"],
        session=session,
        base_url=f"{fake.addresses.api_url}/cgi-bin/",
        pacing=ApiPacing(now=fake.clock.time),
        pause_seconds=0.001,
    )


@pytest.fixture
async def api(fake: FakeWeCom, session: aiohttp.ClientSession) -> AsyncIterator[WeComApi]:
    api = api_of(fake, session)
    yield api
    await api.close()


async def say(api: WeComApi, fake: FakeWeCom, text: str, **more: object) -> None:
    await api.call(
        "message/send", touser="alice", agentid=fake.world.app.agentid, msgtype="text", text={"content": text}, **more
    )


async def test_one_token_for_everybody_who_waits(api: WeComApi, fake: FakeWeCom) -> None:
    await asyncio.gather(*(say(api, fake, f"{number}") for number in range(20)))
    await say(api, fake, "later")
    assert fake.tokens.asked == 1 and len(fake.screen.messages) == 21


async def test_whoever_gives_up_takes_the_token_from_nobody(api: WeComApi, fake: FakeWeCom) -> None:
    may_go_on = fake.faults.stall("gettoken")
    hasty = asyncio.create_task(api.call("getcallbackip"))
    patient = asyncio.create_task(api.call("getcallbackip"))
    await asyncio.sleep(0)
    hasty.cancel()
    may_go_on.set()
    assert (await patient)["errcode"] == 0
    assert fake.tokens.asked == 1


@pytest.mark.parametrize("lost", ["expire", "revoke"])
async def test_a_token_that_expires_early_is_renewed_once(api: WeComApi, fake: FakeWeCom, lost: str) -> None:
    await say(api, fake, "before")
    getattr(fake.tokens, lost)()
    await asyncio.gather(*(say(api, fake, f"{number}") for number in range(10)))
    assert fake.tokens.asked == 2 and len(fake.screen.messages) == 11


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_no_loop_when_no_token_is_ever_good(api: WeComApi, fake: FakeWeCom, code: int) -> None:
    fake.faults.refuse_next("message/send", *[code] * 10)
    with pytest.raises(WeComError) as caught:
        await say(api, fake, "x")
    assert caught.value.code == code
    assert len(fake.ledger.named("message/send")) == 2 and fake.tokens.asked == 2


async def test_renewed_before_it_expires(fake: FakeWeCom, session: aiohttp.ClientSession, clock: ManualClock) -> None:
    api = api_of(fake, session)
    api.token._now = clock.time
    await api.call("getcallbackip")
    clock.advance(6800)
    await api.call("getcallbackip")
    assert fake.tokens.asked == 1
    clock.advance(200)
    await api.call("getcallbackip")
    # While the old one is good the platform hands it out again: it is asked for again later, not all the time.
    await api.call("getcallbackip")
    assert fake.tokens.asked == 2
    clock.advance(300)
    await api.call("getcallbackip")
    assert fake.tokens.handed_out == 2 and not fake.ledger.refusals


@pytest.mark.parametrize(("setting", "code"), [("secret", 40001), ("corp_id", 40013)])
async def test_wrong_settings_are_told_and_not_asked_again_at_once(
    fake: FakeWeCom, session: aiohttp.ClientSession, setting: str, code: int
) -> None:
    api = api_of(fake, session, **{setting: "wrong-" + "x" * 30})
    for _ in range(5):
        with pytest.raises(WeComError) as caught:
            await api.call("getcallbackip")
        assert (caught.value.call, caught.value.code) == ("gettoken", code)
    assert fake.tokens.asked == 1
    assert api.problem is not None
    told = explained(api.problem, "en")
    assert told.code == f"wecom_{code}" and "wecom.corp_id" in told.hint
    assert "wrong-" not in repr(caught.value) + told.sentence + caught.value.message


async def test_busy_is_tried_three_times_more(api: WeComApi, fake: FakeWeCom) -> None:
    fake.faults.refuse_next("message/send", -1, -1, -1)
    await say(api, fake, "at last")
    assert [shown.text for shown in fake.screen.messages] == ["at last"]
    fake.faults.refuse_next("message/send", -1, -1, -1, -1, -1)
    with pytest.raises(WeComError):
        await say(api, fake, "never")
    assert len(fake.ledger.named("message/send")) == 8


async def test_too_often_pauses_and_is_never_asked_again_meanwhile(
    api: WeComApi, fake: FakeWeCom, clock: ManualClock
) -> None:
    fake.api.limit("message/send")
    for _ in range(5):
        with pytest.raises(WeComPaused) as caught:
            await say(api, fake, "x")
        assert 0 < caught.value.seconds <= 60
    assert len(fake.ledger.named("message/send")) == 1
    await api.call("getcallbackip")
    clock.advance(61)
    await say(api, fake, "x")
    assert len(fake.screen.messages) == 1


async def test_the_limit_of_the_hour_pauses_for_an_hour(api: WeComApi, fake: FakeWeCom, clock: ManualClock) -> None:
    fake.api.limit("message/send", window="hour")
    pauses = []
    for _ in range(3):
        with pytest.raises(WeComPaused) as caught:
            await say(api, fake, "x")
        pauses.append(round(caught.value.seconds))
        clock.advance(61)
    assert pauses == [60, 3600, 3539]
    clock.advance(3600)
    await say(api, fake, "x")
    assert len(fake.ledger.refusals) == 2


async def test_fewer_at_once_when_too_many_ran(api: WeComApi, fake: FakeWeCom) -> None:
    fake.faults.refuse_next("message/send", 45033)
    await say(api, fake, "x")
    assert api._pacing.allowed == 10
    for _ in range(60):
        await api.call("getcallbackip")
    assert api._pacing.allowed == 11


async def test_what_may_have_arrived_is_not_said_twice(api: WeComApi, fake: FakeWeCom) -> None:
    fake.faults.break_next("message/send", 502)
    with pytest.raises(WeComAway):
        await say(api, fake, "once")
    fake.faults.break_next("message/send", 0, 502)
    await say(api, fake, "checked", enable_duplicate_check=1)
    assert [shown.text for shown in fake.screen.messages] == ["checked"]


async def test_nobody_listens(session: aiohttp.ClientSession, fake: FakeWeCom) -> None:
    api = WeComApi(
        corp_id="ww", secret="s3cr3t-value", session=session, base_url="http://127.0.0.1:9/", pause_seconds=0.001
    )
    with pytest.raises(WeComAway) as caught:
        await api.call("getcallbackip")
    assert (caught.value.call, caught.value.reason) == ("gettoken", "ClientConnectorError")
    assert caught.value.__cause__ is None
    assert explained(caught.value, "zh").code == "wecom_away"


async def test_the_address_that_wecom_saw_is_told(api: WeComApi, fake: FakeWeCom) -> None:
    fake.world.app.trusted_addresses = set()
    with pytest.raises(WeComError) as caught:
        await api.call("getcallbackip")
    assert api.problem is caught.value
    languages: tuple[tuple[Language, str], ...] = (("zh", "企业可信IP"), ("en", "trusted IPs"))
    for language, words in languages:
        told = explained(caught.value, language)
        assert told.code == "wecom_60020" and words in told.sentence and "127.0.0.1" in told.sentence


async def test_a_problem_that_was_mended_is_none(api: WeComApi, fake: FakeWeCom) -> None:
    fake.world.app.trusted_addresses = set()
    with pytest.raises(WeComError):
        await api.call("getcallbackip")
    fake.world.app.trusted_addresses = None
    await api.call("getcallbackip")
    assert api.problem is None


async def test_no_secret_in_logs_or_errors(api: WeComApi, fake: FakeWeCom, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    errors = []
    for trouble in ((40058,), (-1,) * 5, (40014,) * 3):
        fake.faults.refuse_next("message/send", *trouble)
        with pytest.raises(WeComError) as caught:
            await say(api, fake, "x")
        errors.append(caught.value)
        logging.getLogger("test").error("failed", exc_info=caught.value)
    for status in (502, 0):
        fake.faults.break_next("message/send", status)
        with pytest.raises(WeComAway) as away:
            await say(api, fake, "x")
        logging.getLogger("test").error("failed", exc_info=away.value)
    written = caplog.text + "".join(f"{error!r}{error.message}" for error in errors)
    assert fake.world.app.secret not in written
    assert await api.token.get() not in written and "access_token=" not in written


async def test_a_file_goes_up_and_comes_down(api: WeComApi, fake: FakeWeCom) -> None:
    content = bytes(range(256)) * 3000
    media_id = await api.upload(kind="file", name='报价 "最终"\\版.pdf', content=content)
    assert fake.media.find(media_id, owner="corp").name == "报价 _最终__版.pdf"
    async with api.download(media_id) as download:
        assert download.size == len(content)
        assert "filename*" in download.headers["Content-Disposition"]
        assert b"".join([chunk async for chunk in download.chunks]) == content


async def test_a_broken_transfer_is_taken_up_where_it_broke(api: WeComApi, fake: FakeWeCom) -> None:
    content = bytes(range(251)) * 4000
    media_id = await api.upload(kind="file", name="a.bin", content=content)
    fake.faults.cut_next("media/get", 300_000, 1, 200_000)
    fake.faults.break_next("media/get", 502)
    async with api.download(media_id) as download:
        assert b"".join([chunk async for chunk in download.chunks]) == content
    assert len(fake.ledger.named("media/get")) == 4


async def test_a_transfer_that_never_gets_on_ends(api: WeComApi, fake: FakeWeCom) -> None:
    media_id = await api.upload(kind="file", name="a.bin", content=bytes(1000))
    fake.faults.break_next("media/get", *[502] * 20)
    with pytest.raises(WeComAway):
        async with api.download(media_id):
            pass


async def test_an_error_instead_of_a_file(api: WeComApi, fake: FakeWeCom) -> None:
    media_id = await api.upload(kind="file", name="a.json", content=b'{"errcode": 40007, "errmsg": "mine"}')
    async with api.download(media_id) as download:
        assert b"".join([chunk async for chunk in download.chunks]) == b'{"errcode": 40007, "errmsg": "mine"}'
    fake.tokens.expire()
    async with api.download(media_id) as download:
        assert download.size == 36
    fake.media.expire(media_id)
    with pytest.raises(WeComError) as caught:
        async with api.download(media_id):
            pass
    assert caught.value.code == 40007


async def test_sizes_are_known_here(api: WeComApi, fake: FakeWeCom) -> None:
    for kind, size, code in (("file", 5, 40006), ("image", 11_000_000, 40009)):
        with pytest.raises(WeComError) as caught:
            await api.upload(kind=kind, name="a", content=bytes(size))  # type: ignore[arg-type]  # a tuple of str
        assert caught.value.code == code
    assert not fake.ledger.calls


def test_names_of_uploads() -> None:
    assert media_name('a/b\\c\n"d".pdf') == "a_b_c__d_.pdf"
    long = media_name("很长的名字" * 40 + ".docx")
    assert len(long.encode()) <= 256 and long.endswith(".docx")
    assert media_name("\n") == "_" and media_name(" ") == "file"
