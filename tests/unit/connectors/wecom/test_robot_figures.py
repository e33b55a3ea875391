"""The promised figures of callbacks: answered in time while the model is busy; hostile ones change nothing."""

import asyncio
import logging
import time
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.wecom.crypto import LARGEST_BODY_BYTES
from connectors.wecom.robot_callback import REPLY_SECONDS
from connectors.wecom.routes import READING_SECONDS
from connectors.wecom.site import Heard, Voice
from tests.fakes.wecom import FakeWeCom, Shown
from tests.fakes.wecom.callbacks import SignedRequest, signed_query
from tests.unit.connectors.wecom.robots import Called, called, echo, line, nothing_wrong, until

QUESTIONS = 100
_BUSY_SECONDS = 0.02


async def _busy(heard: Heard, voice: Voice) -> None:
    """An answer that is far away, and a model that takes the processor away from the loop again and again."""
    voice.judged_as(f"fb-{heard.msgid}")
    await asyncio.Event().wait()


async def _keep_the_loop_busy() -> None:
    while True:
        time.sleep(_BUSY_SECONDS)  # noqa: ASYNC251 - this is what a busy machine does to the loop
        await asyncio.sleep(_BUSY_SECONDS)


# How fast it is depends on the machine too: every day it counts that nothing waits for an answer's end.
EVERY_DAY = [10.0, pytest.param(1.0, marks=pytest.mark.slow)]


@pytest.mark.parametrize("longest", EVERY_DAY)
async def test_a_callback_is_answered_within_a_second_while_the_model_is_busy(
    longest: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.wecom.routes.READING_SECONDS", READING_SECONDS * longest)
    monkeypatch.setattr("connectors.wecom.robot_callback.REPLY_SECONDS", REPLY_SECONDS * longest)
    async with called(_busy) as it:
        busy = asyncio.create_task(_keep_the_loop_busy())
        people = list(it.fake.world.people)
        seconds: list[float] = []
        try:
            for start in range(0, QUESTIONS, 10):
                it.fake.callback._in_flight.clear()  # as if each were somebody else's
                batch = [it.fake.robot.direct(people[number % 3], f"q{start + number}") for number in range(9)]
                for sent in await asyncio.gather(*batch):
                    assert sent.status == 200
                    seconds.append(sent.attempts[-1].real_seconds)
        finally:
            busy.cancel()
        seconds.sort()
        print(f"callbacks answered: p50 {seconds[len(seconds) // 2]:.3f} s, max {seconds[-1]:.3f} s")
        assert seconds[int(len(seconds) * 0.99)] <= longest
        assert seconds[-1] <= 4.5 * longest
        assert len(it.fake.screen.messages) == len(seconds), "each shows a sign of life at once"


@pytest.mark.parametrize("longest", EVERY_DAY)
async def test_the_first_sign_of_life_comes_within_a_second_by_long_connection(longest: float) -> None:
    async with line(_busy) as it:
        busy = asyncio.create_task(_keep_the_loop_busy())
        try:
            for number in range(5):
                began = time.perf_counter()
                await it.fake.robot.direct(["alice", "bob", "carol"][number % 3], "when?")
                await it.fake.screen.until(partial(_is_number, it.fake, number))
                assert time.perf_counter() - began <= longest
        finally:
            busy.cancel()
        nothing_wrong(it.fake)


def _is_number(fake: FakeWeCom, number: int, shown: Shown) -> bool:
    return fake.screen.messages.index(shown) == number


_HOSTILE = st.fixed_dictionaries(
    {
        "body": st.one_of(
            st.binary(max_size=300),
            st.sampled_from([b"", b"{}", b"null", b'{"encrypt":', b'{"encrypt":7}', b"[" * 2_000, b"\xff" * 64]),
            st.text(max_size=200).map(lambda text: ('{"encrypt":"' + text + '"}').encode("utf-8", "replace")),
            st.binary(min_size=32, max_size=320).map(lambda raw: b'{"encrypt":"' + raw.hex().encode() + b'"}'),
        ),
        "query": st.dictionaries(
            st.sampled_from(["msg_signature", "msgsignature", "signature", "timestamp", "nonce", "echostr", "x"]),
            st.text(alphabet=st.characters(codec="utf-8"), max_size=60),
            max_size=6,
        ),
        "method": st.sampled_from(["POST", "POST", "POST", "GET"]),
        "kind": st.sampled_from(["made up", "damaged", "replayed", "signed rubbish", "oversized", "old"]),
        "rubbish": st.text(max_size=100),
    }
)


def _attack(examples: int) -> None:
    logged = _Recorder()
    root = logging.getLogger()
    root.addHandler(logged)
    before = root.level
    root.setLevel(logging.DEBUG)

    async def run() -> None:
        async with called(echo) as it:
            sent = await it.fake.robot.direct("alice", "a true question")
            await it.follow(sent)
            await until(lambda: not it.host.mailbox.letters)
            accepted = it.fake._sender.accepted[0][1]
            refused = 0
            count = len(it.conversing.messages)
            loop = asyncio.get_running_loop()

            def produce() -> None:
                @settings(
                    max_examples=examples,
                    deadline=None,
                    database=None,
                    suppress_health_check=list(HealthCheck),
                    derandomize=True,
                )
                @given(_HOSTILE)
                def hostile(attack: dict[str, object]) -> None:
                    nonlocal refused
                    future = asyncio.run_coroutine_threadsafe(_check(it, accepted, attack, count), loop)
                    future.result(timeout=30)
                    refused += 1

                hostile()

            await asyncio.to_thread(produce)
            assert refused >= examples
            assert await it.fake.verify_robot_callback(), "the process is healthy"
            last = await it.fake.robot.direct("bob", "another true question")
            await it.follow(last)
            assert it.fake.screen.messages[-1].text == "you said: another true question"
            robot = it.fake.world.robot
            for secret in (robot.token, robot.encoding_aes_key, robot.secret, "a true question"):
                assert secret not in logged.text, "a secret is in the log"

    try:
        asyncio.run(run())
    finally:
        root.removeHandler(logged)
        root.setLevel(before)


async def _check(it: Called, accepted: SignedRequest, attack: dict[str, object], count: int) -> None:
    method = str(attack["method"])
    request = _hostile_request(it, accepted, attack)
    attempt = await it.fake._sender.send(it.url, request, method=method)
    assert attempt.status is not None and 400 <= attempt.status < 500, (attack, attempt)
    assert len(it.conversing.messages) == count
    assert not it.host.mailbox.letters and not it.host.live


def _hostile_request(it: Called, accepted: SignedRequest, attack: dict[str, object]) -> SignedRequest:
    body, query = attack["body"], attack["query"]
    assert isinstance(body, bytes) and isinstance(query, dict)
    made_up = SignedRequest(query=query, body=body, content_type="application/json")
    if attack["method"] == "GET":
        return replace(made_up, body=b"")
    envelope = it.fake.world.robot.envelope
    match attack["kind"]:
        case "damaged":
            return it.fake.attacker.damaged(accepted)
        case "replayed":
            return accepted
        case "oversized":
            return replace(accepted, body=accepted.body + b" " * LARGEST_BODY_BYTES)
        case "old":
            encrypted = envelope.seal('{"msgid":"old","msgtype":"text"}')
            query = signed_query(envelope, encrypted, timestamp=str(int(time.time()) - 3600))
            return SignedRequest(query=query, body=b'{"encrypt":"%s"}' % encrypted.encode(), content_type="text/plain")
        case "signed rubbish":
            # Somebody who knows the token, and not the key.
            rubbish = str(attack["rubbish"]).encode("utf-8", "replace").hex()
            return SignedRequest(
                query=signed_query(envelope, rubbish),
                body=b'{"encrypt":"%s"}' % rubbish.encode(),
                content_type="application/json",
            )
        case _:
            return made_up


class _Recorder(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text += self.format(record)


def test_two_hundred_hostile_callbacks_are_refused_and_change_nothing() -> None:
    _attack(200)


@pytest.mark.slow
def test_two_thousand_five_hundred_hostile_callbacks_are_refused_and_change_nothing() -> None:
    _attack(2_500)
