from connectors.events import ChannelChanged
from tests.unit.connectors.console.conftest import Console


async def test_a_private_channel_is_invisible_to_others(console: Console) -> None:
    await console.enter("Ada")
    await console.enter("Bo")
    channel = await console.create("hiring", members=("晨曦",))
    other = await console.socket("Bo")
    posted = await console.say(channel, "the secret offer")
    for person, expected in (("Ada", True), ("晨曦", True), ("Bo", False)):
        _, data = await console.get("/api/channels", person)
        assert (channel in {view["channel_id"] for view in data["channels"]}) is expected
    for path, query in (
        ("/api/messages", {"channel": channel}),
        ("/api/message", {"id": posted["record_id"]}),
        ("/api/thread", {"root": posted["record_id"]}),
    ):
        assert (await console.get(path, "Bo", **query))[0] == 403
    status, data = await console.send(
        "POST", "/api/messages", {"client_id": "client-bo", "channel_id": channel, "text": "hi"}, "Bo"
    )
    assert status == 403
    public = await console.create("open", "Bo")
    await console.say(public, "a line", "Bo")
    await other.next("message")
    assert "secret" not in str(other.seen)
    _, timeline = await console.get("/api/timeline", "Bo")
    assert "secret" not in str(timeline)


async def test_members_are_added_and_leave(console: Console) -> None:
    await console.enter("Ada")
    channel = await console.create("hiring", members=())
    bo = console.host.person("Bo").person_id
    body = {"channel_id": channel, "person_id": bo, "present": True}
    assert (await console.send("POST", "/api/members", body, "Bo"))[0] == 403
    assert (await console.send("POST", "/api/members", body))[0] == 200
    assert (await console.feed(channel, "Bo"))["messages"] == []
    ada = console.host.person("Ada").person_id
    assert (await console.send("POST", "/api/members", {**body, "person_id": ada, "present": False}, "Bo"))[0] == 403
    assert (await console.send("POST", "/api/members", {**body, "present": False}, "Bo"))[0] == 200
    assert (await console.get("/api/messages", "Bo", channel=channel))[0] == 403


async def test_creating_says_who_is_in_it(console: Console) -> None:
    await console.enter("Ada")
    channel = await console.create("hiring", members=("Bo",))
    [event] = [e for e in console.host.accepted if isinstance(e, ChannelChanged) and e.channel.channel_id == channel]
    assert [member.name for member in event.members or ()] == ["Ada", "Bo", "拾光"]
    assert event.channel.visibility == "private"


async def test_creating_twice_creates_once_and_names_are_unique(console: Console) -> None:
    await console.enter("Ada")
    first = await console.create("Plans")
    body = {"client_id": "another-one", "name": "plans", "visibility": "public"}
    status, data = await console.send("POST", "/api/channels", body)
    assert (status, data["error"]["code"]) == (400, "channel_name_taken")
    again = {"client_id": f"channel-{b'Plans'.hex()}", "name": "Plans", "visibility": "public"}
    status, data = await console.send("POST", "/api/channels", again)
    assert (status, data["channel"]["channel_id"]) == (200, first)


async def test_names_need_visible_characters(console: Console) -> None:
    await console.enter("Ada")
    for name in ("", "   ", "a\u202eb", "x" * 61):
        body = {"client_id": "some-client", "name": name, "visibility": "public"}
        status, data = await console.send("POST", "/api/channels", body)
        assert (status, data["error"]["detail"].split(":")[0]) == (400, "name")
