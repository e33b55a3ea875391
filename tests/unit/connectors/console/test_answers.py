from tests.unit.connectors.console.conftest import Console


async def _answer(console: Console) -> str:
    direct = await console.enter("Ada")
    page = await console.socket()
    await console.say(direct, "hello?")
    return str((await page.next("ask", phase="finished"))["answer"]["answer_id"])


async def test_the_last_verdict_counts_and_can_be_withdrawn(console: Console) -> None:
    answer_id = await _answer(console)
    ada = console.host.person("Ada").person_id
    down = {"answer_id": answer_id, "verdict": "down", "reasons": ["wrong", "outdated"], "comment": " 19 not 12 "}
    for body, stored in (
        ({"answer_id": answer_id, "verdict": "up"}, ("up", (), "")),
        (down, ("down", ("wrong", "outdated"), "19 not 12")),
        ({**down, "verdict": "withdrawn"}, ("withdrawn", (), "")),
    ):
        assert (await console.send("PUT", "/api/verdicts", body))[0] == 200
        assert console.host.verdicts[answer_id, ada] == stored


async def test_verdicts_are_checked(console: Console) -> None:
    answer_id = await _answer(console)
    assert (await console.send("PUT", "/api/verdicts", {"answer_id": answer_id, "verdict": "meh"}))[0] == 400
    assert (await console.send("PUT", "/api/verdicts", {"answer_id": "unknown", "verdict": "up"}))[0] == 404
