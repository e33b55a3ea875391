"""search, ask and timeline: the JSON of the contract, filters by name, whose eyes, and the links."""

import json
from typing import Any

import pytest

from tests.unit.bot.cli.conftest import Lines, Shiguang


def _ids(document: Any) -> list[str]:
    return [result["record_ids"][0] for result in document["results"]]


@pytest.fixture
def filled(shiguang: Shiguang, lines: Lines) -> Shiguang:
    texts = ("the launch is on Tuesday", "预算定为 240000 元", "lunch at noon?", '<b>"quotes" & \u2028 lines</b> [red]')
    assert shiguang("import", "jsonl", str(lines(*texts))).exit_code == 0
    other = lines("the launch party", user="Ben", channel="random", first=120)
    assert shiguang("import", "jsonl", str(other)).exit_code == 0
    return shiguang


def test_search(filled: Shiguang) -> None:
    result = filled("search", "预算 240000", "--limit", "2", "--json")
    found = json.loads(result.stdout)
    assert set(found) == {"query", "took_ms", "results"}
    best = found["results"][0]
    assert set(best) == {
        "rank", "score", "kind", "record_ids", "channel", "author", "time", "text", "permalink", "file", "outdated_by",
        "also_in", "categories",
    }  # fmt: skip
    assert (best["rank"], best["kind"], best["record_ids"], best["file"]) == (1, "message", ["jsonl:2"], None)
    assert (best["channel"], best["author"], best["time"]) == ("launch", "Ann", "2026-11-02T09:02:00+00:00")
    assert best["permalink"] == "http://127.0.0.1:8710/?message=jsonl%3A2"

    def ids(*options: str) -> list[str]:
        return _ids(json.loads(filled("search", "launch", "--json", *options).stdout))

    assert {"jsonl:1", "jsonl:120"} <= set(ids())
    assert ids("--channel", "#random") == ["jsonl:120"]
    assert ids("--author", "@Ben") == ["jsonl:120"]
    assert "jsonl:120" not in ids("--until", "2026-11-02")
    assert ids("--since", "2026-11-03") == ["jsonl:120"]
    assert ids("--kind", "file") == []
    assert set(ids("--as", "Ben")) >= {"jsonl:120"}
    people = filled("search", "quotes", "--limit", "1", "--author", "Ann").stdout
    assert "2026-11-02 17:0" in people, "people see the team's zone"
    special = filled("search", "quotes lines", "--json")
    assert any(result["text"].endswith("[red]") for result in json.loads(special.stdout)["results"])


def test_the_page_s_public_address_comes_before_links(filled: Shiguang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIGUANG_WEB__PUBLIC_URL", "https://chat.example.com/")
    found = json.loads(filled("search", "launch", "--json").stdout)
    assert found["results"][0]["permalink"].startswith("https://chat.example.com/?message=jsonl%3A")


def test_ask(filled: Shiguang) -> None:
    result = filled("ask", "When is the launch?", "--json")
    answer = json.loads(result.stdout)
    assert set(answer) == {
        "question", "answer", "abstained", "reason", "citations", "answer_id", "model", "timings_ms",
    }  # fmt: skip
    assert (answer["question"], answer["abstained"], answer["reason"]) == ("When is the launch?", False, None)
    assert "Tuesday" in answer["answer"]
    [citation] = answer["citations"]
    assert set(citation) == {"n", "record_id", "permalink", "quote"}
    assert (citation["record_id"], citation["quote"]) == ("jsonl:1", "the launch is on Tuesday")
    assert citation["permalink"] == "http://127.0.0.1:8710/?message=jsonl%3A1"
    assert set(answer["timings_ms"]) == {"search", "first_token", "total"}
    people = filled("ask", "When is the launch?").stdout
    assert "2026-11-02 17:01 Ann #launch: the launch is on Tuesday" in people


def test_without_the_chat_model_ask_says_so_and_search_works(filled: Shiguang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIGUANG_LLM__BACKEND", "llamacpp")
    monkeypatch.setenv("SHIGUANG_LLM__MODEL", "qwen2.5-coder-0.5b-instruct-q4_k_m")
    asked = filled("ask", "When is the launch?", "--json")
    assert (asked.exit_code, asked.stdout) == (1, "")
    sentence, hint = asked.stderr.strip().splitlines()
    assert sentence == "A model is missing: qwen2.5-coder-0.5b-instruct-q4_k_m [model_missing]"
    assert "shiguang models pull" in hint
    assert _ids(json.loads(filled("search", "launch", "--json").stdout))


def test_timeline(filled: Shiguang) -> None:
    records = json.loads(filled("timeline", "--limit", "2", "--json").stdout)["records"]
    assert [record["record_ids"][0] for record in records] == ["jsonl:120", "jsonl:4"]


def test_the_story_of_a_topic(filled: Shiguang) -> None:
    story = json.loads(filled("timeline", "--topic", "what happened with the launch?", "--json").stdout)
    assert set(story) == {"topic", "records", "scenes_left_out", "scenes"}
    assert (story["topic"], story["records"]) == ("launch", 2)
    told = [record for scene in story["scenes"] for record in scene["records"]]
    assert [record["record_id"] for record in told] == ["jsonl:1", "jsonl:120"]
    assert set(told[0]) == {"record_id", "author", "time", "text", "categories", "permalink", "file"}
    assert told[0]["permalink"] == "http://127.0.0.1:8710/?message=jsonl%3A1"
    people = filled("timeline", "--topic", "launch", "--author", "Ben").stdout
    assert "The story of “launch”" in people
    assert "Ben: the launch party" in people
    assert "Tuesday" not in people
    assert "没有找到“飞艇”" in filled("timeline", "--topic", "飞艇").stdout


def test_how_many_records_a_day_week_or_month(filled: Shiguang) -> None:
    def counts(*options: str) -> list[tuple[str, int]]:
        document = json.loads(filled("timeline", "--json", "--by", *options).stdout)
        assert document["by"] == options[0]
        return [(row["from"], row["records"]) for row in document["counts"]]

    assert counts("month") == [("2026-11-01", 5)]
    assert counts("week") == [("2026-11-02", 5)]
    assert counts("day", "--since", "2026-11-03") == [("2026-11-04", 1)]
    assert counts("day", "--channel", "random", "--until", "2026-11-02") == []
    assert counts("week", "--kind", "digest") == []
    assert "2026-11-02        5  ▇" in filled("timeline", "--by", "week").stdout


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("timeline", "--topic", "x", "--by", "week"), 2, "--by"),
        (("timeline", "--by", "year"), 2, "--by"),
        (("timeline", "--category", "nonsense"), 1, "bad_input"),
        (("search",), 2, "Missing argument"),
        (("search", "x", "--limit", "0"), 2, "--limit"),
        (("search", "x", "--kind", "poem"), 2, "--kind"),
        (("timeline", "--since", "qwertz"), 2, "--since"),
        (("search", "x", "--channel", "nowhere"), 1, "not_found"),
        (("ask", "x", "--as", "nobody"), 1, "not_found"),
        (("import", "jsonl", "none.jsonl"), 1, "import_refused"),
        (("eval", "retrieval", "none.jsonl"), 1, "bad_input"),
        (("eval", "retrieval", "none.jsonl", "--scope", "moon"), 2, "--scope"),
    ],
)
def test_wrong_usage_and_failures_have_their_status(
    shiguang: Shiguang, arguments: tuple[str, ...], status: int, words: str
) -> None:
    result = shiguang(*arguments, "--json")
    assert (result.exit_code, result.stdout) == (status, "")
    assert words in result.stderr


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("SHIGUANG_TIMEZONE", "Mars/Base", "Mars/Base"),
        ("SHIGUANG_WEB__COLOUR", "blue", "web.colour"),
        ("SHIGUANG_WEB__PUBLIC_URL", "chat.example.com", "web.public_url"),
        ("SHIGUANG_HOME", "/dev/null/home", "/dev/null/home"),
    ],
)
@pytest.mark.parametrize("command", [("demo",), ("doctor",), ("search", "x")])
def test_settings_that_cannot_be_are_one_sentence_everywhere(
    shiguang: Shiguang, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], key: str, value: str, words: str
) -> None:
    if key == "SHIGUANG_TIMEZONE" and command[0] == "doctor":
        pytest.skip("it needs no time zone")
    monkeypatch.setenv(key, value)
    result = shiguang(*command)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    sentence, hint = result.stderr.strip().splitlines()
    assert words in sentence
    assert hint.startswith("→ ")
