"""doctor: what is wrong, what to do, and --fix."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from knowledge.reranking import FastReranker
from tests.fakes.cross_encoder import store_cross_encoder
from tests.unit.bot.cli.conftest import Lines, Shiguang


def _states(output: str) -> dict[str, str]:
    return {finding["check"]: finding["state"] for finding in json.loads(output)["findings"]}


def _change(home: Path, statement: str) -> None:
    with closing(sqlite3.connect(home / "truth.db")) as connection, connection:
        connection.execute(statement)


def test_a_healthy_home(shiguang: Shiguang, lines: Lines) -> None:
    assert shiguang("import", "jsonl", str(lines("the launch is on Tuesday", "  "))).exit_code == 0
    result = shiguang("doctor", "--json")
    states = _states(result.stdout)
    assert result.exit_code == 0, result.stdout
    assert (states["python"], states["embedding model"], states["inbox"], states["archive"]) == ("ok",) * 4
    assert states["chat model"] == "warning", "none is set"
    people = shiguang("doctor")
    assert people.exit_code == 0
    assert "→ set llm.backend" in people.stdout


def test_failed_events_and_lost_records_are_mended(shiguang: Shiguang, lines: Lines, home: Path) -> None:
    assert shiguang("import", "jsonl", str(lines("the launch is on Tuesday"))).exit_code == 0
    _change(home, "insert into inbox (event_id, lane, payload, received_at, state, attempts)"
                  " values ('broken', 0, '{', '2026-11-02 09:00:00', 'failed', 5)")  # fmt: skip
    checked = shiguang("doctor", "--json")
    assert checked.exit_code == 0
    assert _states(checked.stdout)["inbox"] == "warning"
    fixed = json.loads(shiguang("doctor", "--fix", "--json").stdout)
    assert [finding["advice"] for finding in fixed["findings"] if finding["check"] == "inbox"] == [
        "queued again; it is mended while shiguang serve runs"
    ]
    assert _states(shiguang("doctor", "--json").stdout)["inbox"] == "ok", "it has new attempts before it"
    _change(home, "insert into messages (record_id, channel_id, author_id, sent_at, text, version_at, edited, system,"
                  " applied_at) select 'lost', channel_id, author_id, sent_at, 'never indexed', version_at, 0, 0,"
                  " applied_at from messages limit 1")  # fmt: skip
    assert _states(shiguang("doctor", "--json").stdout)["archive"] == "warning"
    shiguang("doctor", "--fix")
    assert shiguang("import", "jsonl", str(lines("another", first=9))).exit_code == 0
    assert _states(shiguang("doctor", "--json").stdout)["archive"] == "ok"
    found = json.loads(shiguang("search", "never indexed", "--json").stdout)
    assert found["results"][0]["record_ids"] == ["lost"]


def test_another_embedding_model_is_a_failure_that_names_reindex(
    shiguang: Shiguang, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shiguang("import", "jsonl", str(lines("the launch is on Tuesday"))).exit_code == 0
    monkeypatch.setenv("SHIGUANG_EMBEDDING__MODEL", "tiny-2")
    result = shiguang("doctor", "--json")
    assert result.exit_code == 1
    [finding] = [one for one in json.loads(result.stdout)["findings"] if one["state"] == "failed"]
    assert finding["check"] == "archive_outdated"
    assert "shiguang reindex" in finding["advice"]
    rebuilt = shiguang("reindex", "--json")
    assert json.loads(rebuilt.stdout) == {"records": 1, "failed": 0}
    assert shiguang("doctor", "--json").exit_code == 0


def test_a_re_ranker_is_tried_and_told_what_this_machine_affords(
    shiguang: Shiguang, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "bge-reranker-v2-m3-int8"
    assert _states(shiguang("doctor", "--json").stdout)["re-ranker"] == "ok", "none is set"
    monkeypatch.setenv("SHIGUANG_RERANKER__MODEL", name)
    monkeypatch.setenv("SHIGUANG_RERANKER__BUDGET_MS", "60000")
    missing = shiguang("doctor")
    assert missing.exit_code == 1
    assert name in missing.stdout
    assert "models pull" in missing.stdout
    store_cross_encoder(home / "models", name, "about two hours")
    tried = shiguang("doctor")
    assert tried.exit_code == 0
    assert f"re-ranker: {name}, reads 20 of 20 candidates in" in tried.stdout

    async def slow(*_: object) -> list[float]:
        return [0.0] * 7

    monkeypatch.setattr(FastReranker, "score", slow)
    result = shiguang("doctor", "--json")
    [finding] = [one for one in json.loads(result.stdout)["findings"] if one["check"] == "re-ranker"]
    assert finding["state"] == "warning"
    assert "reads 7 of 20" in finding["fact"]
    assert "reranker.budget_ms" in finding["advice"]


_SCHEDULE = """
insert into digest_schedules (schedule_id, platform, workspace_id, target_channel_id, channel_ids, period,
minute_of_day, weekday, timezone, language, skip_quiet, created_by, created_at, changed_at, enabled, covered_until)
values ('s', 'console', '', 'c', '["c"]', 'daily', 540, 0, 'Asia/Shanghai', 'zh', 0, 'p',
'2026-11-02 09:00:00', '2026-11-02 09:00:00', 1, '2026-11-02 09:00:00')
"""
_FAILED = """
insert into digests (digest_id, schedule_id, channel_ids, since, until, language, lines, facts, model, prompt_version,
made_at, state, attempts, error)
values ('d', 's', '[]', '2026-11-02 09:00:00', '2026-11-03 09:00:00', 'zh', '[]', '{}', '', '',
'2999-01-01 00:00:00', 'failed', 8, 'TimeoutError')
"""


def test_digests_that_are_set_up_and_that_were_not_posted(shiguang: Shiguang, home: Path) -> None:
    def finding() -> dict[str, str]:
        document = json.loads(shiguang("doctor", "--json").stdout)
        [found] = [one for one in document["findings"] if one["check"] == "digests"]
        return dict(found)

    assert finding()["fact"] == "0 set up"
    _change(home, _SCHEDULE)
    assert finding()["state"] == "ok"
    assert finding()["fact"].startswith("1 set up, the next one at ")
    assert finding()["fact"].endswith(" 09:00")
    _change(home, _FAILED)
    assert (finding()["state"], "TimeoutError: 1" in finding()["fact"]) == ("warning", True)
