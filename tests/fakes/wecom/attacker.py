"""Somebody who knows a callback's address, and perhaps recorded what went there, but has neither token nor key."""

import random
from dataclasses import replace

from tests.fakes.wecom.callbacks import CallbackSender, SignedRequest
from tests.fakes.wecom.sent import Attempt

OVERSIZED_BYTES = 3 * 1024 * 1024


class Attacker:
    """Sends what a bot must answer with 4xx and do nothing about."""

    def __init__(self, sender: CallbackSender, *, seed: int = 1) -> None:
        self._sender = sender
        self._chance = random.Random(seed)

    async def send(self, url: str, request: SignedRequest) -> Attempt:
        """One request as it is."""
        return await self._sender.send(url, request)

    async def replay(self, number: int = -1) -> Attempt:
        """A callback that the bot has answered with 200, byte for byte again."""
        url, request = self._sender.accepted[number]
        return await self._sender.send(url, request)

    def damaged(self, request: SignedRequest) -> SignedRequest:
        """A true callback with one thing changed, missing, swapped or far too long.

        A change outside of what is signed (a blank, the receiver's name in XML) may leave it true.
        """
        chance, body, query = self._chance, request.body, dict(request.query)
        match chance.randrange(8):
            case 0:
                at = chance.randrange(len(body))
                body = body[:at] + bytes([body[at] ^ (1 << chance.randrange(8))]) + body[at + 1 :]
            case 1:
                body = body[: chance.randrange(len(body))]
            case 2:
                body = chance.randbytes(chance.randrange(300))
            case 3:
                del query[chance.choice(sorted(query))]
            case 4:
                name = chance.choice(sorted(query))
                query[name] = chance.choice(["", "0", "é" * 40, f"{query[name]}A", f"{query[name]} ", "\x00"])
            case 5:
                query["msg_signature"] = chance.randbytes(20).hex()
            case 6:
                body = body.replace(b"ncrypt", chance.choice([b"ncrypted", b"", b"NCRYPT"]))
            case _:
                body += b" " * OVERSIZED_BYTES
        return replace(request, query=query, body=body)
