"""The queue: by weight, filtered, and within seconds of what happens in chat."""

from bot.curating.standard_answers import EVERYBODY, StandardAnswers
from bot.truth.answers import Answers
from tests.builders import channel
from tests.unit.bot.desk.conftest import Team


async def test_what_failed_most_people_comes_first_with_what_it_is_about(team: Team) -> None:
    await team.answered("What does the fountain cost?")
    await team.answered("Price of the fountain?", person_name="Bob", causes=("down", "asked_again"))
    await team.answered("Where is the key?", case="other", abstained=True, causes=("abstained",), source=None)
    mei = await team.sign_in()
    found = await mei.get("queue")
    assert [(one["question"], one["people"], one["answers"]) for one in found["cases"]] == [
        ("Price of the fountain?", 2, 2),
        ("Where is the key?", 1, 1),
    ]
    assert found["cases"][0]["causes"] == {"down": 2, "asked_again": 1}
    assert [one["name"] for one in found["cases"][0]["channels"]] == ["launch"]
    assert (found["counts"], found["more"]) == ({"open": 2}, False)
    assert [one["name"] for one in found["channels"]] == ["board", "launch"]


FILTERS: tuple[tuple[dict[str, str], list[str]], ...] = (
    ({"cause": "abstained"}, ["Where is the key?"]),
    ({"channel": "console:board"}, ["Lowest price?"]),
    ({"state": "mended"}, []),
    ({"days": "3650"}, ["Lowest price?", "Where is the key?"]),
)
MEANINGLESS = ({"cause": "mood"}, {"offset": "-1"}, {"days": "soon"}, {"state": "merged"}, {"x": "1"})


async def test_filters(team: Team) -> None:
    await team.answered("Where is the key?", case="other", abstained=True, causes=("abstained",), source=None)
    await team.answered("Lowest price?", case="board", place=channel("board", "private"), source=3)
    mei = await team.sign_in()
    for query, questions in FILTERS:
        assert [one["question"] for one in (await mei.get("queue", **query))["cases"]] == questions
    for query in MEANINGLESS:
        status, body = await mei.call("GET", "queue", query=query)
        assert (status, body["error"]["code"]) == (400, "bad_input")


async def test_pages(team: Team) -> None:
    for number in range(30):
        await team.answered(f"Question {number}?", case=f"case-{number}", source=None)
    mei = await team.sign_in()
    first, second = await mei.get("queue"), await mei.get("queue", offset="25")
    assert (len(first["cases"]), first["more"], len(second["cases"]), second["more"]) == (25, True, 5, False)
    assert not {one["case_id"] for one in first["cases"]} & {one["case_id"] for one in second["cases"]}


async def test_a_verdict_is_there_once_it_was_taken_in(team: Team) -> None:
    answer_id = await team.answered("What does the fountain cost?", case=None)
    await Answers(team.application.database).judge(answer_id=answer_id, person_id="console:Ann", kind="down")
    await team.application.taking_in.take_in()
    [case] = (await (await team.sign_in()).get("queue"))["cases"]
    assert (case["question"], case["causes"]) == ("What does the fountain cost?", {"down": 1})


async def test_proposals_of_people_are_told(team: Team) -> None:
    await StandardAnswers(team.application.database).propose(
        question="q?", text="a", proposed_by="console:Ann", channel_ids=[EVERYBODY]
    )
    found = await (await team.sign_in()).get("queue")
    assert (found["proposed"], found["attention"]) == (1, 0)
