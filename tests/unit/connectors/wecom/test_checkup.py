"""The checks of ``doctor wecom`` against the fake: what is wrong is named, with what to click; nothing is posted."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from connectors.connector import Language
from connectors.wecom.checkup import Surroundings, check_up
from connectors.wecom.checkup_callbacks import Served
from connectors.wecom.checkup_findings import Finding
from connectors.wecom.checkup_texts import ADVICE, FACTS
from connectors.wecom.configuration import (
    AppConfiguration,
    RobotConfiguration,
    WebhookConfiguration,
    WeComConfiguration,
)
from connectors.wecom.crypto import CallbackCrypto
from connectors.wecom.routes import callback_routes, verified
from tests.fakes.wecom import FakeWeCom, WallClock
from tests.fakes.wecom_sdk import CannedArchive

AWAY = Served(is_running=False, base="http://127.0.0.1:1")


@pytest.fixture
async def fake() -> AsyncIterator[FakeWeCom]:
    async with FakeWeCom(clock=WallClock()).running() as running:
        yield running


def told(fake: FakeWeCom, **others: object) -> WeComConfiguration:
    """A robot of each mode, an app and a webhook."""
    robot, app, webhook = fake.world.robot, fake.world.app, fake.world.webhook
    keys = {"token": robot.token, "encoding_aes_key": robot.encoding_aes_key}
    line = RobotConfiguration(name="line", shown_name="拾光", bot_id=robot.bot_id, secret=robot.secret)
    configuration = WeComConfiguration(
        corp_id=fake.world.corpid,
        robots=(line, RobotConfiguration(name="door", shown_name="拾光", mode="callback", **keys)),
        apps=(
            AppConfiguration(
                name="app",
                agent_id=app.agentid,
                secret=app.secret,
                token=app.token,
                encoding_aes_key=app.encoding_aes_key,
            ),
        ),
        webhooks=(WebhookConfiguration(name="news", key=webhook.key, chat_id=webhook.chatid),),
        api_url=f"{fake.addresses.api_url}/cgi-bin/",
        robot_url=fake.addresses.long_connection_url,
    )
    return replace(configuration, **others)  # type: ignore[arg-type]  # fields of the configuration


async def checked(
    fake: FakeWeCom,
    configuration: WeComConfiguration,
    *,
    served: Served = AWAY,
    groups: Mapping[str, str] | None = None,
    language: Language = "en",
) -> dict[tuple[str, str], Finding]:
    """By way and check. No secret is told (invariant 8), and whatever is not well comes with advice or is honest."""
    surroundings = Surroundings(served=served, groups=groups or {})
    findings = await check_up(configuration, surroundings, language=language)
    everything = " ".join(map(str, findings))
    robot, app = fake.world.robot, fake.world.app
    for secret in (robot.secret, robot.token, robot.encoding_aes_key, app.secret, app.token, fake.world.webhook.key):
        assert secret not in everything
    assert fake.screen.messages == [], "nothing is posted"
    return {(finding.way, finding.check): finding for finding in findings}


async def test_all_is_well_and_each_way_says_what_it_cannot_do(fake: FakeWeCom) -> None:
    found = await checked(fake, told(fake))
    assert [key for key, finding in found.items() if finding.state == "failed"] == []
    for key in [
        ("", "clock"),
        ("robot line", "long connection"),
        ("robot door", "callback keys"),
        ("app app", "secret"),
        ("app app", "trusted IP"),
        ("app app", "agent_id"),
        ("app app", "callback keys"),
        ("webhook news", "key"),
    ]:
        assert found[key].state == "ok", key
    assert found["robot door", "callback"].state == "warning", "no server runs"
    assert "only what mentions it" in found["robot line", "reach"].fact
    assert "nothing of groups" in found["app app", "reach"].fact
    chinese = await checked(fake, told(fake), language="zh")
    assert "@ 它的消息" in chinese["robot line", "reach"].fact


async def test_a_server_that_runs_keeps_its_connection(fake: FakeWeCom) -> None:
    """A second subscription would end the first one for good."""
    served = Served(is_running=True, base="http://127.0.0.1:1", state="ok")
    found = await checked(fake, told(fake), served=served)
    assert found["robot line", "long connection"].state == "ok"
    assert fake.ledger.named("aibot_subscribe") == []
    taken = replace(served, state="taken_over")
    assert (await checked(fake, told(fake), served=taken))["robot line", "long connection"].state == "warning"


async def test_wrong_secrets_are_told_apart(fake: FakeWeCom) -> None:
    good = told(fake)
    wrong = replace(
        good,
        robots=(replace(good.robots[0], secret="wrong"), replace(good.robots[1], token="")),
        apps=(replace(good.apps[0], secret="wrong", encoding_aes_key="short"),),
        webhooks=(replace(good.webhooks[0], key="wrong", chat_id=""),),
    )
    found = await checked(fake, wrong, groups={"wrPUMPS": "水泵项目"})
    for key, advice in {
        ("robot line", "long connection"): "Bot ID",
        ("robot door", "callback keys"): "EncodingAESKey",
        ("app app", "secret"): "corp_id",
        ("app app", "callback keys"): "设置 API 接收",
        ("webhook news", "key"): "wecom.webhooks",
    }.items():
        assert found[key].state == "failed", key
        assert advice in found[key].advice
    assert found["webhook news", "group"].state == "warning"
    assert "wrPUMPS (水泵项目)" in found["webhook news", "known groups"].fact


async def test_an_untrusted_address_is_named_with_the_setting_to_change(fake: FakeWeCom) -> None:
    fake.world.app.trusted_addresses = set()
    found = await checked(fake, told(fake))
    finding = found["app app", "trusted IP"]
    assert finding.state == "failed"
    assert "60020" in finding.fact
    assert "127.0.0.1" in finding.advice
    assert "企业可信IP" in finding.advice


async def test_an_agent_id_of_another_app(fake: FakeWeCom) -> None:
    good = told(fake)
    found = await checked(fake, replace(good, apps=(replace(good.apps[0], agent_id=7),)))
    assert found["app app", "agent_id"].state == "failed"


async def test_the_callback_is_verified_as_wecom_does(fake: FakeWeCom) -> None:
    robot, configuration = fake.world.robot, told(fake)
    crypto = CallbackCrypto(token=robot.token, encoding_aes_key=robot.encoding_aes_key, receive_id="")

    async def verify(request: web.Request) -> web.Response:
        return verified(request, crypto)

    async def another(_: web.Request) -> web.Response:
        return web.Response(text="welcome to nginx")

    app = web.Application()
    app.add_routes(callback_routes("/wecom/robot/door", verify=verify, receive=another))
    app.add_routes([web.get("/wecom/app/app", another)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        served = Served(is_running=True, base=base, public_url=base, state="ok")
        found = await checked(fake, configuration, served=served)
        assert found["robot door", "callback"].state == found["robot door", "public callback"].state == "ok"
        assert found["app app", "callback"].state == "failed", "something else answers there"
        inside = replace(served, public_url="")
        hint = (await checked(fake, configuration, served=inside))["robot door", "public callback"]
        assert (hint.state, "https://your-domain/wecom/robot/door" in hint.advice) == ("warning", True)
        down = replace(served, base="http://127.0.0.1:1")
        assert (await checked(fake, configuration, served=down))["robot door", "callback"].state == "failed"
    finally:
        await runner.cleanup()


async def test_nobody_answers(fake: FakeWeCom) -> None:
    away = replace(told(fake), api_url="http://127.0.0.1:1/cgi-bin/", robot_url="ws://127.0.0.1:1")
    found = await checked(fake, away)
    assert found["robot line", "long connection"].state == "failed"
    assert found["app app", "secret"].state == "failed"
    assert found["", "clock"].state == "warning"


async def test_the_message_archive(fake: FakeWeCom, tmp_path: Path) -> None:
    canned = CannedArchive(tmp_path / "canned")
    canned.text("hello")
    configuration = replace(
        canned.configuration(),
        api_url=f"{fake.addresses.api_url}/cgi-bin/",
        robot_url=fake.addresses.long_connection_url,
    )
    found = await checked(fake, configuration)
    assert found["message archive", "sdk"].state == found["message archive", "private keys"].state == "ok"
    canned.fault("GetChatData", "code 10009")
    refused = (await checked(fake, configuration))["message archive", "sdk"]
    assert refused.state == "failed"
    assert "可信IP" in refused.advice


@pytest.mark.parametrize(
    ("content", "told_of"),
    [(None, "no such file"), (b"text", "no shared library"), (b"\x7fELF" + bytes(14) + b"\xf3\x00" + bytes(9), "0xf3")],
)
async def test_a_library_that_cannot_fit(fake: FakeWeCom, tmp_path: Path, content: bytes | None, told_of: str) -> None:
    canned = CannedArchive(tmp_path / "canned")
    sdk = tmp_path / "sdk.so"
    if content is not None:
        sdk.write_bytes(content)
    (tmp_path / "no.pem").write_text("no key")
    configuration = canned.configuration(sdk=sdk, private_keys={1: tmp_path / "no.pem"})
    found = await checked(fake, configuration)
    assert found["message archive", "sdk"].state == "failed"
    assert told_of in found["message archive", "sdk"].fact
    assert found["message archive", "private keys"].state == "failed"


async def test_nothing_is_set(fake: FakeWeCom) -> None:
    found = await checked(fake, WeComConfiguration())
    assert found["", "settings"].state == "failed"


def test_both_languages_say_everything() -> None:
    for texts in (FACTS, ADVICE):
        for said in texts.values():
            assert set(said) == {"zh", "en"}
            assert all(said.values())
