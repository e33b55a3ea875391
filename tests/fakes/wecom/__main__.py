"""Start the fake by hand and talk to a bot as the people of its company.

python -m tests.fakes.wecom [--mode long_connection|callback] [--port 8790]
    [--robot-callback URL] [--app-callback URL]
"""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict

from tests.fakes.wecom.clock import WallClock
from tests.fakes.wecom.sent import Sent
from tests.fakes.wecom.server import FakeWeCom
from tests.fakes.wecom.world import small_company

HELP = """Commands (people: alice, bob, carol; group: wrPUMPS):
  group PERSON TEXT     PERSON mentions the robot in the group
  direct PERSON TEXT    PERSON writes to the robot alone
  app PERSON TEXT       PERSON writes to the app
  open PERSON           PERSON opens the robot's chat
  up PERSON | down PERSON     PERSON judges the newest answer
  press PERSON KEY      PERSON presses a button of the newest card
  takeover | expire | show | quit"""


async def main() -> None:
    """Serve, print the settings a bot needs, and obey lines from standard input."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.wecom")
    parser.add_argument("--mode", choices=("long_connection", "callback"), default="long_connection")
    parser.add_argument("--port", type=int, default=8790)
    parser.add_argument("--robot-callback", default="")
    parser.add_argument("--app-callback", default="")
    arguments = parser.parse_args()
    world = small_company(mode=arguments.mode)
    world.robot.callback_url, world.app.callback_url = arguments.robot_callback, arguments.app_callback
    fake = FakeWeCom(world, clock=WallClock())
    async with fake.running(port=arguments.port):
        settings = {
            "addresses": asdict(fake.addresses),
            "corpid": world.corpid,
            "robot": {name: getattr(world.robot, name) for name in ("bot_id", "secret", "token", "encoding_aes_key")},
            "app": {name: getattr(world.app, name) for name in ("agentid", "secret", "token", "encoding_aes_key")},
        }
        print(json.dumps(settings, indent=2), HELP, sep="\n", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip() == "quit":
                return
            try:
                print(await obey(fake, line.split(maxsplit=2)), flush=True)
            except (LookupError, AssertionError, ValueError) as error:
                print(f"no: {error!r}\n{HELP}", flush=True)


async def obey(fake: FakeWeCom, words: list[str]) -> str:
    """Do what one line says and describe what came of it."""
    match words:
        case ["group", person, text]:
            return await _told(fake, await fake.robot.mention(person, "wrPUMPS", text))
        case ["direct", person, text]:
            return await _told(fake, await fake.robot.direct(person, text))
        case ["app", person, text]:
            return await _told(fake, await fake.app.say(person, text))
        case ["open", person]:
            sent = await fake.robot.open_chat(person)
            return "not the first time today" if sent is None else await _told(fake, sent)
        case [("up" | "down") as verdict, person]:
            shown = [message for message in fake.screen.messages if message.feedback_id][-1]
            rated = await fake.robot.rate(person, shown, "up" if verdict == "up" else "down")
            return "" if rated is None else await _told(fake, rated)
        case ["press", person, key]:
            shown = [message for message in fake.screen.messages if message.card][-1]
            return await _told(fake, await fake.robot.press(person, shown, key))
        case ["takeover"]:
            await fake.long_connection.take_over()
        case ["expire"]:
            fake.tokens.expire()
    lines = [f"{shown.chat.chatid} [{shown.msgtype}] {shown.text or shown.card}" for shown in fake.screen.messages]
    warnings = [f"refused: {call.name} {call.errcode} {call.detail}" for call in fake.ledger.refusals]
    return "\n".join([*lines, *warnings, *fake.ledger.warnings])


async def _told(fake: FakeWeCom, sent: Sent) -> str:
    if not sent.delivered:
        return f"not delivered: {sent.held_back or sent.attempts}"
    if fake.callback.stream_of(sent) is not None:
        await fake.callback.follow(sent)
    return "; ".join(sent.refusals) or "delivered; `show` prints what people see"


if __name__ == "__main__":
    asyncio.run(main())
