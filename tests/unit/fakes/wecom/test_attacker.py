"""Hostile callbacks over real HTTP: what a bot has to stand."""

from connectors.wecom.crypto import CallbackRefused
from connectors.wecom.replay import ReplayGuard
from tests.fakes.wecom import FakeWeCom
from tests.unit.fakes.wecom.conftest import TinyBot


async def test_a_hundred_of_each(calling: FakeWeCom, bot: TinyBot) -> None:
    body = {**calling.payloads.common("alice", calling.world.single("alice")), **calling.payloads.text("在吗")}
    statuses = set()
    for _ in range(200):
        request = calling.attacker.damaged(calling.callback.sealed(body))
        statuses.add((await calling.attacker.send(bot.url, request)).status)
    assert statuses <= {400, 403, 413} and len(statuses) == 3
    assert bot.heard == []


async def test_a_replay_is_byte_for_byte(calling: FakeWeCom, bot: TinyBot) -> None:
    guard, seen = ReplayGuard(), []

    def answer(body: object) -> None:
        seen.append(body)

    bot.answer = answer
    await calling.robot.direct("alice", "在吗")
    _, request = calling._sender.accepted[-1]
    guard.admit(request.query)
    guard.settle(request.query)
    assert (await calling.attacker.replay()).status == 200
    assert seen[0] == seen[1]
    try:
        guard.admit(request.query)
    except CallbackRefused as refused:
        assert refused.status == 403
    else:
        raise AssertionError("the guard let a replay through")
