"""The connector's cryptography and the fake, each against the platform's own JavaScript."""

import json
import random
from pathlib import Path

import pytest

from connectors.wecom.crypto import CallbackCrypto
from tests.fakes.wecom import FakeWeCom
from tests.fakes.wecom.crypto import Envelope, new_encoding_aes_key
from tests.unit.fakes.wecom import npm

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

CRYPTO = """
const { encrypt, decrypt, getSignature } = require('@wecom/crypto');
for (const line of require('fs').readFileSync(0, 'utf8').split('\\n')) {
  const job = JSON.parse(line);
  const sealed = encrypt(job.key, job.message, job.id);
  const opened = decrypt(job.key, job.sealed);
  console.log(JSON.stringify({
    sealed, signature: getSignature(job.token, job.timestamp, job.nonce, sealed),
    message: opened.message, id: opened.id,
    signed: getSignature(job.token, job.timestamp, job.nonce, job.sealed),
  }));
}
"""

CLIENT = """
const { WSClient } = require('@wecom/aibot-node-sdk');
const [wsUrl, botId, secret] = process.argv.slice(2);
const tell = (kind, more) => console.log(JSON.stringify({ kind, ...more }));
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const client = new WSClient({ botId, secret, wsUrl, logger: silent, heartbeatInterval: 200 });
client.on('authenticated', () => tell('authenticated', {}));
client.on('error', (error) => tell('error', { text: String(error.message) }));
client.on('message.text', async (frame) => {
  const text = frame.body.text.content;
  if (text.includes('file')) {
    const media = await client.uploadMedia(Buffer.alloc(1200000, 7), { type: 'file', filename: '记录.bin' });
    await client.sendMediaMessage(frame.body.from.userid, 'file', media.media_id);
    tell('uploaded', { media_id: media.media_id });
    return;
  }
  await client.replyStream(frame, 'S1', 'a', false, undefined, { id: 'FB1' });
  await client.replyStream(frame, 'S1', 'a b', false);
  await client.replyStream(frame, 'S1', 'a b c', true);
  tell('answered', { quote: frame.body.quote || null });
});
client.on('message.file', async (frame) => {
  const { buffer, filename } = await client.downloadFile(frame.body.file.url, frame.body.file.aeskey);
  tell('downloaded', { text: buffer.toString('utf8'), filename });
});
client.on('event.enter_chat', async (frame) => {
  await client.replyWelcome(frame, { msgtype: 'text', text: { content: 'welcome' } });
  tell('welcomed', {});
});
client.on('event.feedback_event', (frame) => tell('feedback', frame.body.event.feedback_event));
client.on('event.disconnected_event', () => tell('kicked', {}));
client.connect();
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return npm.installed(tmp_path_factory.mktemp("npm"))


@pytest.mark.parametrize("receive_id", ["", "ww1436e0e65a779aee"])
def test_crypto_in_both_directions(packages: Path, receive_id: str) -> None:
    chance = random.Random(receive_id)
    token, key = "tokenforatest", new_encoding_aes_key()
    ours = CallbackCrypto(token=token, encoding_aes_key=key, receive_id=receive_id)
    fake = Envelope(token=token, encoding_aes_key=key, receive_id=receive_id)
    jobs, messages = [], []
    for length in [*range(70), 500, 5000]:
        message = "".join(chance.choice('ab 你好🙂"<>&\n') for _ in range(length))
        packet = ours.seal_json({"content": message}, nonce="n1", at=1_790_000_000)
        sealed = packet["encrypt"] if length % 2 else fake.seal(json.dumps({"content": message}, ensure_ascii=False))
        jobs.append(
            {"key": key, "token": token, "id": receive_id, "timestamp": "1790000000", "nonce": "n1", "sealed": sealed,
             "message": json.dumps({"content": message}, ensure_ascii=False)}
        )  # fmt: skip
        messages.append(message)
    for job, message, theirs in zip(jobs, messages, npm.run(packages, CRYPTO, jobs), strict=True):
        assert (theirs["id"], json.loads(theirs["message"])) == (receive_id, {"content": message})
        assert theirs["signed"] == ours.signature("1790000000", "n1", job["sealed"])
        query = {"msg_signature": theirs["signature"], "timestamp": "1790000000", "nonce": "n1"}
        body = json.dumps({"encrypt": theirs["sealed"]}).encode()
        assert ours.open_json(body, query) == {"content": message}
        assert json.loads(fake.open(theirs["sealed"])) == {"content": message}


async def test_the_official_client_speaks_with_the_fake(packages: Path, fake: FakeWeCom) -> None:
    robot = fake.world.robot
    arguments = (fake.addresses.long_connection_url, robot.bot_id, robot.secret)
    async with npm.running(packages, CLIENT, *arguments) as client:
        await client.says("authenticated")
        await fake.robot.mention("alice", "wrPUMPS", "hello", quote=fake.payloads.text("原话"))
        assert (await client.says("answered"))["quote"] == {"msgtype": "text", "text": {"content": "原话"}}
        [shown] = fake.screen.of("wrPUMPS")
        assert (shown.frames, shown.feedback_id, shown.finished) == (["a", "a b", "a b c"], "FB1", True)
        await fake.robot.rate("bob", shown, "down", reasons=[3], content="错了")
        feedback = await client.says("feedback")
        assert (feedback["id"], feedback["type"], feedback["inaccurate_reason_list"]) == ("FB1", 2, [3])
        for name in ("报价 表.txt", "plain.txt"):
            await fake.robot.send_file("alice", name, "你好，文件".encode())
            downloaded = await client.says("downloaded")
            assert (downloaded["text"], downloaded["filename"]) == ("你好，文件", name)
        await fake.robot.open_chat("alice")
        await client.says("welcomed")
        await fake.robot.direct("alice", "a file please")
        await client.says("uploaded")
        assert fake.screen.of("alice")[-1].data == b"\x07" * 1_200_000
        await fake.long_connection.take_over()
        await client.says("kicked")
    assert not fake.ledger.refusals and not fake.ledger.warnings


async def test_the_official_client_is_told_that_its_secret_is_wrong(packages: Path, fake: FakeWeCom) -> None:
    arguments = (fake.addresses.long_connection_url, fake.world.robot.bot_id, "wrong")
    async with npm.running(packages, CLIENT, *arguments) as client:
        assert "853000" in (await client.says("error"))["text"]
