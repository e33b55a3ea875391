"""Exports: what becomes a row, what does not and why, and that what is deleted leaves (invariants 3, 4 and 8)."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadInput, NotFound
from bot.training.consent import TrainingConsents
from tests.builders import channel, deleted, edited, opened, person, posted, record
from tests.quick_application import archive
from tests.unit.bot.training.conftest import LAUNCH, Team, nothing_left_out


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_upvoted_answers_become_chats_with_the_prompt_as_it_was_given(team: Team, tmp_path: Path) -> None:
    await team.allow()
    await team.answered("a1", "The launch is on December 8.")
    await team.votes("a1", up=("Ann", "Cai"), down=("Bo",))
    made = await team.exports("sft", tmp_path / "sft.jsonl")
    (row,) = rows(made.out)
    assert [message["role"] for message in row["messages"]] == ["system", "user", "assistant"]
    assert "the launch is on December 8" in row["messages"][1]["content"]
    assert row["messages"][2]["content"] == "The launch is on December 8.", "without citation marks"
    assert nothing_left_out(made.counts)
    assert set(row) == {"messages"}


async def test_names_of_the_people_in_a_prompt_are_numbers_and_secrets_are_masked(team: Team, tmp_path: Path) -> None:
    await team.allow()
    await team.answered(
        "a1",
        "Li Wei says the password is Tr0ub4dor&3x.",
        question="What is the password, asks Bo?",
        told="password: Tr0ub4dor&3x",
    )
    await team.votes("a1", up=("Ann",))
    made = await team.exports("sft", tmp_path / "sft.jsonl")
    text = made.out.read_text("utf-8")
    assert "Tr0ub4dor" not in text
    assert "Li Wei" not in text
    assert "Bo" not in text
    assert "[password hidden]" in text
    assert made.masked["password"] >= 2
    assert made.masked["people"] == 2
    assert "console:" not in text, "no ids"


async def test_nothing_is_exported_without_consent_and_nothing_of_who_said_no(team: Team, tmp_path: Path) -> None:
    """Invariant 4: exports obey what people allow."""
    await team.answered("a1", "The launch is on December 8.")
    await team.votes("a1", up=("Ann",))
    assert (await team.exports("sft", tmp_path / "1.jsonl")).counts.left_out == {"channel": 1}
    await team.allow()
    assert (await team.exports("sft", tmp_path / "2.jsonl")).counts.rows == 1
    for name in ("Li Wei", "Bo"):
        await team.refuse(name)
        assert (await team.exports("sft", tmp_path / "3.jsonl")).counts.left_out["person"] == 1, name
        await TrainingConsents(team.application.database).say(
            "person", str(person(name).person_id), allowed=None, changed_by="Ann"
        )
    await team.refuse("Ann")
    made = await team.exports("sft", tmp_path / "4.jsonl")
    assert (made.counts.rows, made.counts.left_out) == (0, {"person": 1}), "nor does her vote count"


async def test_a_direct_chat_is_exported_only_when_the_person_in_it_says_yes(team: Team) -> None:
    consents = TrainingConsents(team.application.database)
    place = channel("dm", "direct")
    await archive(team.application, opened(place, (person("Bo"), person("shiguang", is_bot=True))))
    await consents.say("channel", str(place.channel_id), allowed=True, changed_by="Ann")
    assert (await consents.in_force()).channels == frozenset()
    await consents.say("person", str(person("Bo").person_id), allowed=True, changed_by="Ann")
    assert (await consents.in_force()).channels == {str(place.channel_id)}


async def test_words_of_another_channel_in_the_prompt_need_its_consent(team: Team, tmp_path: Path) -> None:
    await team.allow()
    await team.answered("a1", "The launch is on December 8.", channel_id="console:other")
    await team.votes("a1", up=("Ann",))
    assert (await team.exports("sft", tmp_path / "x.jsonl")).counts.left_out["channel"] == 1


async def test_verdicts_become_labels_by_majority_and_ties_leave(team: Team, tmp_path: Path) -> None:
    await team.allow()
    await team.answered("liked", "The launch is on December 8.")
    await team.votes("liked", up=("Ann", "Cai"), down=("Bo",))
    await team.answered("disliked", "It was cancelled.", question="Is there a party?", minutes=11)
    await team.votes("disliked", down=("Ann",))
    await team.answered("tied", "In the large room.", question="Where do we meet?", minutes=12)
    await team.votes("tied", up=("Ann",), down=("Bo",))
    await team.answered("declined", "", question="Who pays?", abstained=True, raw="NOT FOUND", minutes=13)
    await team.votes("declined", down=("Ann",))
    await team.answered("unjudged", "By train.", question="How do we travel?", minutes=14)
    made = await team.exports("kto", tmp_path / "kto.jsonl")
    found = [(row["completion"][0]["content"], row["label"]) for row in rows(made.out)]
    assert found == [("The launch is on December 8.", True), ("It was cancelled.", False), ("NOT FOUND", False)]
    assert made.counts.left_out["tied"] == 1
    assert set(rows(made.out)[0]) == {"prompt", "completion", "label"}
    assert made.llamafactory is not None
    factory = rows(made.llamafactory)
    assert [message["role"] for message in factory[0]["messages"]] == ["system", "user", "assistant"]
    assert [row["label"] for row in factory] == [True, False, False]


async def test_the_same_said_twice_is_one_row_that_everybody_votes_on(team: Team, tmp_path: Path) -> None:
    await team.allow()
    await team.answered("a1", "The launch is on December 8.")
    await team.answered("a2", "the launch is on  December 8.", question="when is the launch?", minutes=20)
    await team.votes("a1", up=("Ann",))
    await team.votes("a2", down=("Bo", "Cai"))
    made = await team.exports("kto", tmp_path / "kto.jsonl")
    assert [row["label"] for row in rows(made.out)] == [False]
    assert made.counts.left_out["duplicate"] == 1


async def test_an_edit_is_chosen_and_the_original_rejected(team: Team, tmp_path: Path) -> None:
    await team.allow()
    await team.says(2, "the launch moved to December 11")
    await team.answered("wrong", "The launch is on December 8.")
    await team.answered("too", "On December 8, I think.", question="Which day do we launch?", minutes=12)
    await team.curates("The launch is on December 11 [1].", sources=(2,), replaces="wrong", mends=("wrong", "too"))
    made = await team.exports("dpo", tmp_path / "dpo.jsonl")
    first, second = rows(made.out)
    assert set(first) == {"prompt", "chosen", "rejected"}
    assert first["chosen"] == [{"role": "assistant", "content": "The launch is on December 11."}]
    assert first["rejected"] == [{"role": "assistant", "content": "The launch is on December 8."}]
    assert "moved to December 11" in first["prompt"][1]["content"], "the prompt holds what the edit rests on"
    assert second["rejected"][0]["content"] == "On December 8, I think."
    assert made.counts.kinds == {"edited": 2}
    assert made.counts.unsupported == 0
    told = await team.exports("sft", tmp_path / "sft.jsonl")
    assert [row["messages"][2]["content"] for row in rows(told.out)] == ["The launch is on December 11."]


async def test_what_an_operator_replaced_is_not_taught_although_people_liked_it(team: Team, tmp_path: Path) -> None:
    await team.allow()
    await team.answered("wrong", "The launch is on December 8.")
    await team.votes("wrong", up=("Ann",))
    await team.curates("The launch is on December 11.", replaces="wrong")
    made = await team.exports("sft", tmp_path / "sft.jsonl")
    (row,) = rows(made.out)
    assert row["messages"][2]["content"] == "The launch is on December 11."
    assert "the launch is on December 8" in row["messages"][1]["content"], "the prompt as it was given"
    assert made.counts.unsupported == 1
    assert (await team.exports("sft", tmp_path / "s.jsonl", supported_only=True)).counts.rows == 0


async def test_picks_become_pairs_by_majority(team: Team, tmp_path: Path) -> None:
    await team.allow()
    await team.answered("a", "The launch is on December 8.")
    await team.answered("b", "It is soon.", minutes=11)
    await team.picks("a", "b", by="Ann")
    await team.picks("b", "a", by="Bo", first="a")
    made = await team.exports("dpo", tmp_path / "1.jsonl")
    assert made.counts.left_out["tied"] == 1
    await team.picks("a", "b", by="Cai")
    (row,) = rows((await team.exports("dpo", tmp_path / "2.jsonl")).out)
    assert row["chosen"][0]["content"] == "The launch is on December 8."
    assert row["rejected"][0]["content"] == "It is soon."
    card = (tmp_path / "2.jsonl.card.md").read_text("utf-8")
    assert "67% (21%–94%, n = 3)" in card, "the bias of order is measured"


async def test_the_same_two_texts_picked_in_other_answers_are_one_pair(team: Team, tmp_path: Path) -> None:
    await team.allow()
    for number, first in enumerate(("a", "b", "c")):
        await team.answered(f"{first}1", "The launch is on December 8.", minutes=10 + number)
        await team.answered(f"{first}2", "It is soon.", minutes=20 + number)
    await team.picks("a1", "a2", by="Ann")
    await team.picks("b2", "b1", by="Bo")
    made = await team.exports("dpo", tmp_path / "1.jsonl")
    assert (made.counts.rows, made.counts.left_out) == (0, {"tied": 2}), "people contradict each other"
    await team.picks("c1", "c2", by="Cai")
    made = await team.exports("dpo", tmp_path / "2.jsonl")
    assert [row["rejected"][0]["content"] for row in rows(made.out)] == ["It is soon."]
    assert made.counts.left_out == {"duplicate": 2}


async def test_the_same_data_give_the_same_file(team: Team, tmp_path: Path) -> None:
    await team.allow()
    for number in range(5):
        await team.answered(
            f"a{number}", f"Number {number} it is.", question=f"Which number, {number}?", minutes=number
        )
        await team.votes(f"a{number}", up=("Ann",))
    await team.curates("At the door.", question="Where is the key?")
    first = await team.exports("sft", tmp_path / "1.jsonl")
    second = await team.exports("sft", tmp_path / "2.jsonl")
    assert first.out.read_bytes() == second.out.read_bytes()
    assert first.counts.rows == 6


@pytest.mark.parametrize("wanted", ["sft", "kto"])
async def test_what_is_deleted_edited_or_refused_later_must_go(team: Team, tmp_path: Path, wanted: Any) -> None:
    """Invariant 3: an export's rows are reached by a deletion."""
    await team.allow()
    await team.says(2, "the party is on Friday", author="Cai")
    await team.says(3, "the budget is 300", author="Ann")
    await team.answered("a1", "The launch is on December 8.")
    await team.answered("a2", "The party is on Friday.", question="When is the party?", source=2, minutes=11)
    await team.answered("a3", "It is 300.", question="What is the budget?", source=3, minutes=12)
    for one in ("a1", "a2", "a3"):
        await team.votes(one, up=("Bo",))
    made = await team.exports(wanted, tmp_path / "x.jsonl")
    assert made.counts.rows == 3
    assert await team.gone(made.out) == []
    await archive(team.application, deleted(1))
    await archive(team.application, edited(3, "the budget is 400", minutes=999))
    assert await team.gone(made.out) == [1, 3]
    await team.refuse("Cai")
    assert await team.gone(made.out) == [1, 2, 3]
    await TrainingConsents(team.application.database).say(
        "person", str(person("Cai").person_id), allowed=True, changed_by="Ann"
    )
    assert await team.removes(made.out) == [1, 3]
    (row,) = rows(made.out)
    assert "Friday" in json.dumps(row)
    assert await team.gone(made.out) == []
    if made.llamafactory:
        assert len(rows(made.llamafactory)) == 1
    assert (await team.exports(wanted, tmp_path / "again.jsonl")).counts.rows == 1


async def test_a_deleted_question_leaves(team: Team, tmp_path: Path) -> None:
    await team.allow()
    await archive(team.application, posted(5, "When is the launch?", author="Bo"))
    await team.answered("a1", "The launch is on December 8.", question_record_id=str(record(5)))
    await team.votes("a1", up=("Ann",))
    made = await team.exports("sft", tmp_path / "x.jsonl")
    assert made.counts.rows == 1
    await archive(team.application, deleted(5))
    assert await team.gone(made.out) == [1]
    assert (await team.exports("sft", tmp_path / "y.jsonl")).counts.left_out["question_deleted"] == 1


async def test_answers_of_measurements_are_not_of_use(team: Team, tmp_path: Path) -> None:
    await team.allow()
    await team.answered("a1", "The launch is on December 8.", channel_id=None)
    await team.votes("a1", up=("Ann",))
    made = await team.exports("kto", tmp_path / "x.jsonl")
    assert made.counts.rows == 0
    assert nothing_left_out(made.counts)


async def test_card_and_dataset_info_lie_beside_the_file_and_keep_what_is_there(team: Team, tmp_path: Path) -> None:
    await team.allow()
    await team.answered("a1", "The launch is on December 8.")
    await team.votes("a1", up=("Ann",))
    (tmp_path / "dataset_info.json").write_text('{"other": {"file_name": "other.json"}}', "utf-8")
    made = await team.exports("sft", tmp_path / "team.jsonl")
    info = json.loads(made.dataset_info.read_text("utf-8"))
    assert info["other"] == {"file_name": "other.json"}
    assert info["team"]["file_name"] == "team.jsonl"
    assert info["team"]["columns"] == {"messages": "messages"}
    card = made.card.read_text("utf-8")
    for told in ("1 rows, format SFT", "2026-11", "| en | 1 |", "Known bias", "shiguang feedback check team.jsonl"):
        assert told in card, told
    assert "Li Wei" not in card
    assert LAUNCH not in card
    assert names(tmp_path) == ["dataset_info.json", "team.jsonl", "team.jsonl.card.md"]
    assert made.out.stat().st_mode & 0o777 == 0o600
    manifests = list((team.application.settings.home / "exports").iterdir())
    assert all("launch" not in path.read_text("utf-8") for path in manifests), "ids, no words"


async def test_a_file_that_is_no_export_and_a_place_that_is_not_there_are_told(team: Team, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("{}\n", "utf-8")
    with pytest.raises(NotFound):
        await team.gone(tmp_path / "x.jsonl")
    with pytest.raises(BadInput):
        await team.exports("sft", tmp_path / "nowhere" / "x.jsonl")


async def test_a_standard_answer_made_of_a_question_of_who_said_no_stays_out(team: Team, tmp_path: Path) -> None:
    await team.allow()
    await team.answered("wrong", "The launch is on December 8.", asker="Bo")
    await team.curates("The launch is on December 11.", replaces="wrong")
    made = await team.exports("sft", tmp_path / "1.jsonl")
    assert made.counts.rows == 1
    await team.refuse("Bo")
    assert await team.gone(made.out) == [1]
    assert (await team.exports("sft", tmp_path / "2.jsonl")).counts.left_out == {"person": 1}


async def test_the_word_user_in_the_prompt_of_somebody_without_a_name_is_no_name(team: Team, tmp_path: Path) -> None:
    await team.allow()
    await team.answered("a1", "The user guide is new.", question="Where is the user guide?", asker="user")
    await team.votes("a1", up=("Ann",))
    assert "user guide" in (await team.exports("sft", tmp_path / "x.jsonl")).out.read_text("utf-8")
