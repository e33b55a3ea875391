"""A believable bilingual team for the fake console host: three channels, a private one, an imported one, files.

Run it to look at the pages: ``python -m tests.fakes.console_sample 8720``.
"""

import asyncio
import hashlib
import struct
import sys
import tempfile
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web

from connectors.connector import Answer, Citation, Language, Notice
from connectors.console import ConsoleConnector
from connectors.events import (
    ChannelChanged,
    ChannelId,
    ChannelRef,
    Event,
    FileRef,
    MessagePosted,
    PersonRef,
    ReactionChanged,
    RecordId,
    Visibility,
)
from tests.fakes.console_host import BOT, FakeConsoleHost, Script

PEOPLE = ("林晓", "Maya Chen", "Tom Becker", "周宁")
SUGGESTIONS: dict[Language, tuple[str, ...]] = {
    "en": ("When is the launch, and who decided?", "What is the budget for the pilot?"),
    "zh": ("上线日期改到哪天了？", "试点的预算是多少？"),
}


def channel(key: str, visibility: Visibility = "public") -> ChannelRef:
    """A channel of the console."""
    return ChannelRef(channel_id=ChannelId(f"console:{key}"), platform="console", name=key, visibility=visibility)


LAUNCH = channel("launch")
DESIGN = channel("设计")
RANDOM = channel("random")
HIRING = channel("hiring", "private")
SUPPORT = ChannelRef(channel_id=ChannelId("slack:support"), platform="slack", name="support", visibility="public")

# channel, author, days ago, hour, text
_TALK: tuple[tuple[ChannelRef, str, float, float, str], ...] = (
    (
        LAUNCH,
        "Maya Chen",
        20,
        9.0,
        "Kick-off! Target for the pilot is 12 November. I'll keep the plan in this channel.",
    ),
    (LAUNCH, "林晓", 20, 9.1, "收到。供应商那边我来跟，合同草稿周五前给大家看。"),
    (
        LAUNCH,
        "Tom Becker",
        13,
        14.0,
        "Load test results: 340 req/s on the small box, p95 at 180 ms. Script: `make bench`",
    ),
    (LAUNCH, "周宁", 13, 14.1, "比上周快了一倍 👏"),
    (LAUNCH, "林晓", 6, 10.0, "预算表更新了，试点总额 ¥186,000，其中硬件 ¥92,000。"),
    (
        LAUNCH,
        "Maya Chen",
        2,
        11.0,
        (
            "Change of plan: the customs papers are late, so we move the launch to 19 November. "
            "Decided with Lin and Zhou this morning."
        ),
    ),
    (LAUNCH, "周宁", 2, 11.2, "同意。我把日历都改到 11 月 19 日，客户那边由我通知。"),
    (
        LAUNCH,
        "Tom Becker",
        2,
        11.3,
        (
            "Good. Docs: https://docs.example.com/pilot/checklist?week=47\n"
            "```\nfreeze   Mon 17 Nov\nrehearse Tue 18 Nov\nlaunch   Wed 19 Nov\n```"
        ),
    ),
    (DESIGN, "周宁", 9, 15.0, "首页改成暖色调，大家看看截图。"),
    (DESIGN, "Maya Chen", 9, 15.2, "Love it. The amber works much better than the blue."),
    (RANDOM, "Tom Becker", 1, 12.0, "Lunch at the noodle place? 12:30"),
    (RANDOM, "林晓", 1, 12.1, "走起 🍜"),
    (HIRING, "Maya Chen", 4, 16.0, "Offer for the backend candidate goes out tomorrow. Please keep it here."),
    (SUPPORT, "Tom Becker", 40, 10.0, "Customer asks whether exports contain deleted messages. They do not."),
    (SUPPORT, "Maya Chen", 39, 10.0, "Thanks, I'll put it into the FAQ."),
)


def png(width: int = 480, height: int = 300) -> bytes:
    """A warm gradient, as a picture to preview."""
    rows = b"".join(
        b"\0" + b"".join(bytes((226 - y // 4, 150 - x // 8, 70 + y // 3)) for x in range(width)) for y in range(height)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def moment(days: float, hour: float) -> datetime:
    """So many days ago, at an hour of Shanghai."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days, hours=8 - hour)


def message_id(position: int) -> RecordId:
    """The record id of a line of the talk."""
    return RecordId(f"console:sample:{position}")


def citation(n: int, position: int, quote: str, file: FileRef | None = None, page: str | None = None) -> Citation:
    """A citation of a line of the talk."""
    place, author, days, hour, _ = _TALK[position]
    return Citation(
        n=n,
        record_id=message_id(position),
        quote=quote,
        author=author,
        channel_name=place.name,
        time=moment(days, hour),
        permalink=f"/?channel={place.channel_id}&message={message_id(position)}",
        file_id=file.file_id if file else None,
        file_name=file.name if file else None,
        page=page,
    )


async def fill(host: FakeConsoleHost, folder: Path) -> None:
    """Load the sample and the script."""
    bots_and_people = {name: host.person(name) for name in PEOPLE}
    everybody = (*bots_and_people.values(), BOT)

    def kept(key: str, name: str, media_type: str, data: bytes) -> FileRef:
        digest = hashlib.sha256(data).hexdigest()
        (folder / digest).write_bytes(data)
        return FileRef(
            file_id=RecordId(f"console:file:{key}"),
            name=name,
            media_type=media_type,
            size_bytes=len(data),
            sha256=digest,
        )

    budget = kept(
        "budget",
        "试点预算 v3.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        b"PK not really a sheet" * 900,
    )
    report = kept("report", "load-test.pdf", "application/pdf", b"%PDF-1.4 not really" * 4000)
    picture = kept("picture", "homepage.png", "image/png", png())
    host.file_pages[budget.file_id] = (
        ("汇总", "项目\t金额\n硬件\t92,000\n软件\t38,000\n运输与报关\t21,000\n预备金\t35,000\n合计\t186,000"),
        ("硬件", "服务器 ×2\t64,000\n网关 ×4\t18,000\n备件\t10,000"),
    )
    host.file_pages[report.file_id] = (
        ("1", "Load test, small box\n\nGoal: find the rate at which p95 leaves 250 ms."),
        ("2", "Result: 340 requests per second, p95 180 ms, p99 240 ms. The limit was the TLS handshake."),
    )
    host.file_pages[picture.file_id] = (("1", "拾光 把团队的话拾起来"),)
    files = {2: (report,), 4: (budget,), 8: (picture,)}
    events: list[Event] = [
        ChannelChanged(
            event_id=f"sample:{place.channel_id}",
            occurred_at=moment(50, 9),
            channel=place,
            members=everybody if place is not HIRING else (host.person("Maya Chen"), host.person("林晓"), BOT),
        )
        for place in (LAUNCH, DESIGN, RANDOM, HIRING, SUPPORT)
    ]
    for position, (place, author, days, hour, text) in enumerate(_TALK):
        events.append(
            _posted(message_id(position), place, bots_and_people[author], days, hour, text, files.get(position, ()))
        )
    events += [
        _posted(
            RecordId("console:sample:r1"), LAUNCH, host.person("周宁"), 13, 14.6, "瓶颈在哪里？", (), message_id(2)
        ),
        _posted(
            RecordId("console:sample:r2"),
            LAUNCH,
            host.person("Tom Becker"),
            13,
            14.7,
            "TLS handshake, see page 2.",
            (),
            message_id(2),
        ),
    ]
    for emoji, position, names in (
        ("tada", 3, ("Maya Chen", "Tom Becker")),
        ("thumbsup", 6, ("林晓",)),
        ("heart", 8, PEOPLE),
    ):
        for name in names:
            events.append(
                ReactionChanged(
                    event_id=f"sample:{emoji}:{name}",
                    occurred_at=moment(1, 9),
                    record_id=message_id(position),
                    person=host.person(name),
                    emoji=emoji,
                    present=True,
                )
            )
    launch_sources = (
        citation(1, 5, "we move the launch to 19 November. Decided with Lin and Zhou this morning."),
        citation(2, 6, "我把日历都改到 11 月 19 日，客户那边由我通知。"),
        citation(3, 0, "Target for the pilot is 12 November."),
    )
    budget_sources = (
        citation(1, 4, "试点总额 ¥186,000，其中硬件 ¥92,000。"),
        citation(2, 4, "合计 186,000", budget, "汇总"),
    )
    english = (
        "The launch is on 19 November [1]. It was moved from 12 November because the customs papers are late [1][3]; "
        "Maya decided it together with Lin and Zhou, who tells the customers [1][2]."
    )
    chinese = "试点预算总额是 ¥186,000，其中硬件 ¥92,000 [1]，运输与报关 ¥21,000 [2]。"
    host.scripts += [
        Script(about="launch", text=english, citations=launch_sources),
        Script(
            about="上线",
            text="上线改到了 11 月 19 日 [1][2]，原定 11 月 12 日 [3]；原因是报关文件晚到 [1]。",
            citations=launch_sources,
        ),
        Script(about="预算", text=chinese, citations=budget_sources),
        Script(
            about="budget",
            text="The pilot budget is ¥186,000 in total, ¥92,000 of it for hardware [1][2].",
            citations=budget_sources,
        ),
        Script(
            about="/help", text="Ask me in plain words, or use:\n/find WORDS searches\n/digest summarises this channel"
        ),
        Script(
            about="busy",
            text="",
            notice=Notice(
                code="model_busy", sentence="Too many people are asking right now.", hint="Ask again in a minute."
            ),
        ),
    ]
    answered = Answer(
        answer_id="sampleanswer",
        question="试点的预算是多少？",
        text=chinese,
        abstained=False,
        reason=None,
        citations=budget_sources,
        model="scripted",
        language="zh",
    )
    host.know_answer(answered)
    asked = RecordId("console:sample:q1")
    events += [
        _posted(asked, LAUNCH, host.person("周宁"), 1, 17.0, "@拾光 试点的预算是多少？"),
        _posted(RecordId("console:answer:sampleanswer"), LAUNCH, BOT, 1, 17.01, chinese, (), asked),
    ]
    await host.accept(events)
    await host.settled()


def _posted(
    record: RecordId,
    place: ChannelRef,
    author: PersonRef,
    days: float,
    hour: float,
    text: str,
    files: tuple[FileRef, ...] = (),
    thread: RecordId | None = None,
) -> MessagePosted:
    return MessagePosted(
        event_id=record,
        occurred_at=moment(days, hour),
        record_id=record,
        channel=place,
        author=author,
        text=text,
        thread_id=thread,
        files=files,
    )


async def _serve(port: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        host = FakeConsoleHost(Path(name), people=PEOPLE, pace_seconds=0.02)
        await host.start()
        await fill(host, Path(name))
        console = ConsoleConnector(host, token=None, suggestions=SUGGESTIONS)
        app = web.Application()
        console.setup(app)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await console.start()
        print(f"http://127.0.0.1:{port}/")
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
