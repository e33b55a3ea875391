"""``python -m tests.fakes.slack``: the fake by hand, with a demo workspace and a control surface."""

import argparse
import asyncio
import json
import signal
from pathlib import Path

import yaml

from tests.fakes.slack.clock import Clock
from tests.fakes.slack.control import Control, describe_actions, state_of
from tests.fakes.slack.deliveries import RETRY_DELAYS_S
from tests.fakes.slack.demo import add_demo_workspace
from tests.fakes.slack.server import FakeSlack

_CONTROL = """control surface (JSON in, JSON out):
  GET  /_control/state | requests | refusals | deliveries
  POST /_control/<driver>/<action> with the action's arguments as an object. People, channels and apps are named by id
  or name, a message as "<channel>:<ts>", a file or view by id, a delivery by its number. For instance:
    curl -X POST localhost:3900/_control/people/post -d '{"person": "ann", "channel": "general", "text": "hello"}'
    curl -X POST localhost:3900/_control/moods/disconnect -d '{"app": "Shiguang", "reason": "warning"}'
    curl -X POST localhost:3900/_control/clock/advance -d '{"seconds": 60}'
  Actions, optional arguments in brackets:
"""


def main() -> None:
    """Read the options, serve until interrupted."""
    epilog = _CONTROL + "\n".join(f"    {line}" for line in describe_actions())
    parser = argparse.ArgumentParser(
        prog="python -m tests.fakes.slack",
        description="A strict fake of Slack. Point an app at the printed api_url.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument(
        "--port", type=int, default=3900, help="API port; files get the next, a strange host the one after; 0 for any"
    )
    parser.add_argument(
        "--clock", choices=("real", "still"), default="real", help="a still clock moves only by clock/advance"
    )
    parser.add_argument(
        "--retry-delays",
        type=lambda text: [float(part) for part in text.split(",")],
        default=RETRY_DELAYS_S,
        metavar="S,S,…",
        help="seconds before each further try of an event (default 0,60,300)",
    )
    parser.add_argument("--manifest", type=Path, metavar="FILE", help="install the app of this manifest (YAML or JSON)")
    parser.add_argument("--bot-token", default="xoxb-demo", help="default %(default)s")
    parser.add_argument("--app-token", default="xapp-demo", help="default %(default)s")
    parser.add_argument("--signing-secret", default="demo-secret", help="default %(default)s")
    options = parser.parse_args()
    asyncio.run(_serve(options))


async def _serve(options: argparse.Namespace) -> None:
    manifest = yaml.safe_load(options.manifest.read_text("utf-8")) if options.manifest else None
    slack = FakeSlack(clock=Clock(runs=options.clock == "real"), retry_delays=options.retry_delays)
    slack.extra_routes.append(Control(slack).add_to)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with slack.running(host=options.host, port=options.port):
        add_demo_workspace(
            slack,
            bot_token=options.bot_token,
            app_token=options.app_token,
            signing_secret=options.signing_secret,
            manifest=manifest,
        )
        print(json.dumps(state_of(slack), ensure_ascii=False, indent=2), flush=True)
        await stopped.wait()


if __name__ == "__main__":
    main()
