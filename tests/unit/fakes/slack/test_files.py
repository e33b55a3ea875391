"""Files in all their states: what events, files.info and the file host say of each."""

from typing import Any

import pytest
from aiohttp import ClientPayloadError, ClientSession

from tests.fakes.slack import SharedFile
from tests.unit.fakes.slack.conftest import Home
from tests.unit.fakes.slack.refusing import error


def session_of(home: Home) -> ClientSession:
    assert home.client.session is not None
    return home.client.session


def bearer(home: Home, token: str | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token or home.installation.bot_token}"}


async def fetch(home: Home, url: str, *, token: str | None = None, **options: Any) -> tuple[int, str, bytes]:
    async with session_of(home).get(url, headers=bearer(home, token), **options) as answer:
        return answer.status, answer.content_type, await answer.read()


def shared(home: Home, name: str | None = "plan.pdf", content: bytes = b"%PDF", **options: Any) -> SharedFile:
    file = home.slack.sharing.add(home.workspace, home.ann, name, content, **options)
    home.slack.sharing.share(home.ann, home.general, file)
    return file


async def test_a_shared_file_is_told_and_downloaded_with_the_token(home: Home) -> None:
    file = shared(home)
    message, told = (delivery.event for delivery in home.slack.deliveries.log)
    assert (message["subtype"], message["text"], message["upload"]) == ("file_share", "", False)
    (shown,) = message["files"]
    assert (shown["mimetype"], shown["size"], shown["mode"]) == ("application/pdf", 4, "hosted")
    assert told | {"type": "file_shared", "file_id": file.id, "channel_id": home.general.id} == told
    for url in (shown["url_private"], shown["url_private_download"]):
        assert await fetch(home, url) == (200, "application/pdf", b"%PDF")
    info = (await home.client.files_info(file=file.id))["file"]
    assert info["shares"]["public"][home.general.id][0]["ts"] == message["ts"]
    assert [call.token for call in home.slack.journal.calls(file.id)] == [home.installation.bot_token] * 2


async def test_a_wrong_token_gets_a_login_page_and_none_a_redirect_to_it(home: Home) -> None:
    url = shared(home).payload()["url_private"]
    status, kind, body = await fetch(home, url, token="xoxb-wrong")
    assert (status, kind) == (200, "text/html")
    assert body.lower().startswith(b"<!doctype html")
    home.slack.moods.withdraw_scope(home.installation, "files:read")
    assert (await fetch(home, url))[1] == "text/html"
    async with session_of(home).get(url, allow_redirects=False) as answer:
        assert answer.status == 302
        assert "/login" in answer.headers["Location"]


async def test_a_redirect_leads_to_a_host_that_must_not_see_the_token(home: Home) -> None:
    url = shared(home, serving="redirect_elsewhere").payload()["url_private"]
    async with session_of(home).get(url, headers=bearer(home), allow_redirects=False) as answer:
        target = answer.headers["Location"]
    assert target.startswith(home.slack.stranger_host)
    assert await fetch(home, url) == (200, "application/octet-stream", b"bytes of a stranger")
    assert home.slack.journal.refusals == [], "aiohttp drops the token on its own"
    await fetch(home, target)
    assert [refusal.error for refusal in home.slack.journal.refusals] == ["token_leaked"]


async def test_other_ways_a_download_can_go(home: Home) -> None:
    here = shared(home, serving="redirect_here").payload()["url_private"]
    assert (await fetch(home, here))[2] == b"%PDF"
    page = shared(home, serving="login_page").payload()["url_private"]
    assert (await fetch(home, page))[:2] == (200, "text/html")
    short = shared(home, content=b"x" * 1000, serving="cut_short").payload()["url_private"]
    with pytest.raises(ClientPayloadError):
        await fetch(home, short)
    gone = shared(home, serving="not_found").payload()["url_private"]
    assert (await fetch(home, gone))[0] == 404


async def test_files_of_channels_the_bot_is_not_in_do_not_exist_for_it(home: Home) -> None:
    file = home.slack.sharing.add(home.workspace, home.ann, "secret.txt", b"s")
    home.slack.sharing.share(home.ann, home.finance, file)
    assert home.slack.deliveries.log == []
    assert await error(home.client.files_info(file=file.id)) == "file_not_found"
    assert (await fetch(home, file.payload()["url_private"]))[0] == 404
    assert (await home.client.files_list())["files"] == []


async def test_a_stub_of_slack_connect_is_to_be_looked_up(home: Home) -> None:
    file = shared(home, is_stub_in_messages=True)
    (stub,) = home.slack.deliveries.log[0].event["files"]
    assert stub == {"id": file.id, "file_access": "check_file_info"}
    assert (await home.client.files_info(file=file.id))["file"]["name"] == "plan.pdf"
    file.file_access = "access_denied"
    assert await error(home.client.files_info(file=file.id)) == "access_denied"


async def test_hidden_external_and_nameless_files(home: Home) -> None:
    file = shared(home)
    home.slack.sharing.hide_by_limit(file)
    (shown,) = (await home.client.conversations_history(channel=home.general.id))["messages"]
    assert shown["files"][0]["mode"] == "hidden_by_limit"
    assert "url_private" not in shown["files"][0]
    external = shared(home, mode="external").payload()
    assert external["is_external"]
    assert external["url_private"].startswith(home.slack.stranger_host)
    nameless = shared(home, None, mode="snippet").payload()
    assert (nameless["name"], nameless["editable"]) == (None, True)


async def test_a_deleted_file_leaves_tombstones(home: Home) -> None:
    file = shared(home)
    url = file.payload()["url_private"]
    home.slack.sharing.delete(file)
    deleted, changed = (delivery.event for delivery in home.slack.deliveries.log[-2:])
    assert deleted | {"type": "file_deleted", "file_id": file.id, "channel_ids": [home.general.id]} == deleted
    assert changed["message"]["files"] == [{"id": file.id, "mode": "tombstone"}]
    assert changed["previous_message"]["files"][0]["name"] == "plan.pdf"
    assert await error(home.client.files_info(file=file.id)) == "file_deleted"
    assert (await fetch(home, url))[0] == 404
    other = shared(home)
    home.slack.sharing.delete(other, with_channels=False)
    assert "channel_ids" not in home.slack.deliveries.events("file_deleted")[-1].event


async def test_a_file_is_changed_made_public_and_withdrawn(home: Home) -> None:
    file = shared(home)
    home.slack.sharing.change(file, content=b"new", name="new.pdf")
    change = home.slack.deliveries.log[-1].event
    assert change["type"] == "file_change"
    assert not {"channel_id", "user_id"} & set(change)
    home.slack.sharing.make_public(file, home.ann)
    assert home.slack.deliveries.log[-1].event["type"] == "file_public"
    home.slack.sharing.withdraw(file, home.general, home.ann)
    unshared, changed = (delivery.event for delivery in home.slack.deliveries.log[-2:])
    assert (unshared["type"], unshared["channel_id"]) == ("file_unshared", home.general.id)
    assert "files" not in changed["message"]
    assert await error(home.client.files_info(file=file.id)) == "file_not_found"


async def test_files_are_listed_by_count_and_page(home: Home) -> None:
    for number in range(5):
        shared(home, f"{number}.txt")
    second = await home.client.files_list(count=2, page=2, channel=home.general.id)
    assert [file["name"] for file in second["files"]] == ["2.txt", "1.txt"]
    assert second["paging"] == {"count": 2, "total": 5, "page": 2, "pages": 3}
    assert (await home.client.files_list(user=home.bo.id))["files"] == []


async def test_the_sdk_uploads_in_three_steps(home: Home) -> None:
    parent = home.slack.people.post(home.ann, home.general, "export, please")
    answer = await home.client.files_upload_v2(
        channel=home.general.id,
        thread_ts=parent.ts,
        content="a,b\n1,2\n",
        filename="table.csv",
        title="Table",
        initial_comment="Here & now",
    )
    assert "shares" not in answer["file"]
    event = home.slack.deliveries.events("message")[-1].event
    assert (event["subtype"], event["thread_ts"], event["text"]) == ("file_share", parent.ts, "Here &amp; now")
    assert event["bot_id"] == home.installation.bot_id
    (upload,) = [request for request in home.slack.journal.requests if request.surface == "upload"]
    assert upload.token == "", "the bytes go without a token"
    assert (await fetch(home, answer["file"]["url_private"]))[2] == b"a,b\n1,2\n"


async def test_an_upload_must_be_whole_and_complete(home: Home) -> None:
    ticket = await home.client.files_getUploadURLExternal(filename="a.txt", length=3)
    files = [{"id": ticket["file_id"], "title": "a"}]
    complete = home.client.files_completeUploadExternal
    assert await error(complete(files=files, channel_id=home.general.id)) == "file_not_found"
    async with session_of(home).post(ticket["upload_url"], data=b"four") as answer:
        assert answer.status == 400
    async with session_of(home).post(ticket["upload_url"], data=b"abc") as answer:
        assert (answer.status, await answer.text()) == (200, "OK - 3")
    assert await error(complete(files=files, channel_id=home.random.id)) == "not_in_channel"
    await complete(files=files, channel_id=home.general.id)
    assert await error(complete(files=files, channel_id=home.general.id)) == "file_not_found"
    json_call = home.client.api_call("files.getUploadURLExternal", json={"filename": "a", "length": 1})
    assert await error(json_call) == "invalid_arguments"
    assert await error(home.client.files_getUploadURLExternal(filename="a", length=0)) == "missing_argument"
