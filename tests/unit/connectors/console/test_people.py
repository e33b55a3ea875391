from tests.unit.connectors.console.conftest import Console


async def test_a_new_name_becomes_a_person_with_a_direct_chat(console: Console) -> None:
    status, data = await console.send("POST", "/api/people", {"name": " 新 同事 "}, person=None)
    assert status == 200
    assert data["person"]["name"] == "新 同事"
    _, channels = await console.get("/api/channels", "新 同事")
    assert {view["visibility"] for view in channels["channels"]} == {"direct", "public"}
    assert data["direct_channel_id"] in {view["channel_id"] for view in channels["channels"]}
    _, people = await console.get("/api/people", person=None)
    assert "新 同事" in [person["name"] for person in people["people"]]


async def test_entering_again_changes_nothing(console: Console) -> None:
    direct = await console.enter("Ada")
    accepted = len(console.host.accepted)
    assert await console.enter("Ada") == direct
    assert len(console.host.accepted) == accepted


async def test_a_known_name_is_that_person(console: Console) -> None:
    _, data = await console.send("POST", "/api/people", {"name": "ada"}, person=None)
    assert data["person"]["person_id"] == console.host.person("Ada").person_id


async def test_nobody_is_the_bot(console: Console) -> None:
    status, _ = await console.send("POST", "/api/people", {"name": "拾光"}, person=None)
    assert status == 400
    await console.enter("Ada")
    status, data = await console.send("POST", "/api/people", {"person_id": "console:bot"}, person=None)
    assert (status, data["error"]["code"]) == (403, "unknown_person")


async def test_a_stranger_reads_nothing(console: Console) -> None:
    await console.enter("Ada")
    for path in ("/api/channels", "/api/timeline", "/ws"):
        async with console.session.get(f"{console.base}{path}?as=somebody") as response:
            assert response.status in {400, 403}
