from tests.unit.connectors.console.conftest import Console


async def test_filters_reach_the_host_and_pages_follow(console: Console) -> None:
    await console.enter("Ada")
    channel = await console.create("plans")
    other = await console.create("other")
    for number in range(5):
        await console.say(channel, f"line {number}")
    await console.say(other, "elsewhere")
    _, page = await console.get("/api/timeline", channel=channel, text="line", limit="2")
    assert [entry["text"] for entry in page["entries"]] == ["line 4", "line 3"]
    _, following = await console.get(
        "/api/timeline", channel=channel, text="line", limit="2", before=page["next_before"]
    )
    assert [entry["text"] for entry in following["entries"]] == ["line 2", "line 1"]
    [[day, count]] = page["days"]
    assert count == 5
    _, of_day = await console.get("/api/timeline", day=day, kind="message")
    assert len(of_day["entries"]) == 6
    assert (await console.get("/api/timeline", day="yesterday"))[0] == 400
