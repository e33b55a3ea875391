"""Ways are each on their own; what is wrong with one is told and tried again; groups that are partly seen are told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from connectors.wecom.configuration import RobotConfiguration, WeComConfiguration
from connectors.wecom.connector import WeComConnector
from connectors.wecom.errors import WeComAway
from connectors.wecom.opening import Opener
from tests.contract.wecom_platform import configuration_of
from tests.fakes.wecom_sdk import CannedArchive
from tests.unit.connectors.wecom.companies import BOB, GROUP, Company, company, group, post
from tests.waiting import eventually

BAD = RobotConfiguration(name="bad", shown_name="x", mode="callback", token="t", encoding_aes_key="short")


@pytest.fixture
async def acme() -> AsyncIterator[Company]:
    async with company() as made:
        yield made


async def test_one_way_that_cannot_start_keeps_no_other_from_it(acme: Company) -> None:
    good = configuration_of(acme.fake)
    async with acme.connector("apps", "webhooks", robots=(BAD, *good.robots)) as wecom:
        await acme.fake.long_connection.until_live()
        assert wecom.problems == {"robot bad": "settings"}
        assert wecom.state == "settings"
        await wecom.post(post(group()))
        await wecom.post(post(BOB, post_id="post-2"))
    assert len(acme.fake.screen.messages) == 2


async def test_wrong_secrets_are_problems_of_their_way(acme: Company) -> None:
    good = configuration_of(acme.fake)
    apps = (replace(good.apps[0], secret="wrong"),)
    async with acme.connector("robots", apps=apps) as wecom:
        await eventually(lambda: _true(wecom.problems))
        assert set(wecom.problems) == {"app app"}


async def test_closing_leaves_no_task_also_when_it_never_started(acme: Company) -> None:
    before = asyncio.all_tasks()
    async with acme.connector("robots", "apps", "webhooks"):
        pass
    idle = WeComConnector(acme.host, configuration_of(acme.fake))
    idle.setup(web.Application())
    assert idle.state == "starting"
    await idle.close()
    await idle.close()
    with pytest.raises(WeComAway):
        await idle.post(post(group()))
    # Those of the platform's own server end when it has noticed that nobody is connected any more.
    await eventually(lambda: _true(asyncio.all_tasks() <= before))


async def test_routes_are_those_of_what_receives(acme: Company) -> None:
    robot, good = acme.fake.world.robot, configuration_of(acme.fake)
    door = RobotConfiguration(
        name="door", shown_name="x", mode="callback", token=robot.token, encoding_aes_key=robot.encoding_aes_key
    )
    told = replace(good, robots=(door, *good.robots))
    wecom = WeComConnector(acme.host, told)
    app = web.Application()
    wecom.setup(app)
    assert {resource.canonical for resource in app.router.resources()} == {"/wecom/robot/door"}
    await wecom.close()


async def test_of_a_group_that_only_a_robot_hears_it_is_told_that_something_is_missing(acme: Company) -> None:
    async with acme.connector("robots"):
        await acme.fake.robot.direct("bob", "hello")
        await acme.fake.robot.mention("bob", GROUP, "hello")
        await eventually(lambda: _true(acme.host.partial))
    assert acme.host.partial == {f"wecom:{GROUP}"}


async def test_with_a_message_archive_that_tells_how_far_it_reaches(acme: Company, tmp_path: Path) -> None:
    canned = CannedArchive(tmp_path / "canned")
    archive: WeComConfiguration = canned.configuration()
    acme.fake.world.corpid = archive.corp_id
    told = {"corp_id": archive.corp_id, "message_archive": archive.message_archive}
    async with acme.connector("robots", **told) as wecom:
        await acme.fake.robot.mention("bob", GROUP, "hello")
        await eventually(lambda: _true(acme.host.utterances))
        assert wecom.problems == {}
    assert acme.host.partial == set()


async def test_a_way_is_tried_again() -> None:
    tries: list[int] = []

    async def start() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise WeComAway("gettoken", "no network")

    opener = Opener("app x", start, state=lambda: "ok", first_pause=0.01)
    await opener.start()
    assert opener.state == "away"
    await eventually(lambda: _true(opener.state == "ok"))
    await opener.close()


async def _true(value: object) -> bool:
    return bool(value)


async def test_the_proxy_of_the_environment_is_used_for_every_call(
    acme: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for Slack; ``NO_PROXY`` names what is reached directly."""
    asked: list[str] = []

    async def pass_on(request: web.BaseRequest) -> web.Response:
        asked.append(request.path)
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    proxy = web.ServerRunner(web.Server(pass_on))
    await proxy.setup()
    await web.TCPSite(proxy, "127.0.0.1", 0).start()
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.addresses[0][1]}")
    monkeypatch.setenv("NO_PROXY", "nowhere.example")
    try:
        async with acme.connector("webhooks", api_url="http://wecom.invalid/cgi-bin/") as wecom:
            await wecom.post(post(group()))
    finally:
        await proxy.cleanup()
    assert any("webhook/send" in path for path in asked)


async def test_webhooks_alone_are_ready(acme: Company) -> None:
    async with acme.connector("webhooks") as wecom:
        assert (wecom.state, wecom.problems) == ("ok", {})
