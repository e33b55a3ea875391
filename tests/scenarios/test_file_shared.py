"""A file was shared: found by what stands in it, opened at its page, removed with everything read from it."""

import pytest

from connectors.events import FileRef, FileRemoved, PersonId, RecordId
from tests.builders import at, channel, deleted, edited, opened, person, posted
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


def removed(file: FileRef, minutes: float = 900) -> FileRemoved:
    return FileRemoved(event_id=f"removed-{file.file_id}", occurred_at=at(minutes), file_id=file.file_id)


async def test_it_is_found_by_its_content_its_name_and_the_message_that_shared_it(stage: Stage) -> None:
    place = channel("content")
    file = await stage.share("f1", "jasper-quotation.txt", "静澜报价：单价 10.90 元，交期 18 天 kunzite".encode())
    await stage.tell(posted(1, "here is the azurite quotation", files=(file,), place=place))
    assert await stage.with_words("kunzite 10.90") == {"m1|f1"}
    assert {"m1", "m1|f1"} == await stage.with_words("jasper-quotation.txt")
    assert {"m1", "m1|f1"} == await stage.with_words_around("azurite")
    assert (await stage.found("静澜报价单价"))[0] == "m1"
    view = (await stage.views(place))["m1"].files[0]
    assert (view.name, view.status, view.has_bytes, view.reason) == ("jasper-quotation.txt", "read", True, None)
    pages = await stage.host.file(PersonId("console:Li Wei"), RecordId("m1|f1"))
    assert "kunzite" in pages.pages[0][1]
    assert await stage.timeline(place) == ["m1"]


async def test_the_talk_around_it_finds_it_whoever_comes_first(stage: Stage) -> None:
    place = channel("around-it")
    text = "\n\n".join(f"chapter {number}: " + "galena " * 300 for number in range(4))
    file = await stage.share("f5", "orpiment.txt", text.encode())
    await stage.tell(posted(5, "does anybody have the feldspar offer", place=place))
    await stage.tell(posted(6, "", files=(file,), place=place, author="Maya"))
    chunks = await stage.chunks("m6|f5")
    assert chunks > 1
    await stage.tell(posted(7, "that one is too dear for the gypsum tender", place=place))
    for words in ("feldspar", "gypsum", "Maya", "#around-it"):
        assert "m6|f5" in await stage.with_words_around(words), words
    assert await stage.chunks("m6|f5") == chunks, "only its first passage was written again"
    await stage.tell(deleted(5), deleted(7))
    assert await stage.with_words_around("feldspar") == await stage.with_words_around("gypsum") == set()
    assert await stage.chunks("m6|f5") == chunks


async def test_one_that_cannot_be_read_is_found_by_its_name_its_people_and_its_talk(stage: Stage) -> None:
    place = channel("footage")
    film = await stage.share("f7", "walkthrough.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 99, "video/mp4")
    await stage.tell(
        posted(80, "who filmed the anhydrite line", place=place),
        posted(81, "I did", thread=80, files=(film,), place=place, author="Zhang San"),
        posted(82, "thanks, the boracite part helps", thread=80, place=place),
    )
    for words in ("walkthrough", "Zhang San", "anhydrite", "boracite", "footage"):
        assert "m81|f7" in await stage.with_words_around(words), words
    assert (await stage.view(RecordId("m81"))).files[0].reason == "unsupported"


async def test_removed_it_is_gone_and_its_message_stays(stage: Stage) -> None:
    place = channel("removed")
    file = await stage.share("f10", "selenite.txt", b"tourmaline price 77")
    await stage.tell(
        posted(10, "prices attached", files=(file,), place=place),
        posted(11, "thanks", place=place),
        posted(12, "too dear", thread=10, place=place),
    )
    assert await stage.with_words_around("selenite") == {"m10", "m10|f10", "m11", "m12"}
    await stage.tell(removed(file))
    # The name of the file stood in its message, and around those beside it.
    assert await stage.with_words_around("tourmaline selenite") == set()
    assert not stage.has_bytes(file)
    assert await stage.with_words("prices") == {"m10"}
    assert (await stage.views(place))["m10"].files == ()
    with pytest.raises(LookupError):
        await stage.host.file(PersonId("console:Li Wei"), RecordId("m10|f10"))


async def test_shared_twice_it_stays_until_the_last_share_goes(stage: Stage) -> None:
    place = channel("twice")
    file = await stage.share("f20", "spinel.txt", b"spinel inventory")
    await stage.tell(posted(20, "once", files=(file,), place=place), posted(21, "again", files=(file,), place=place))
    assert await stage.with_words("inventory") == {"m20|f20", "m21|f20"}
    await stage.tell(deleted(20))
    assert await stage.with_words("inventory") == {"m21|f20"}
    assert stage.has_bytes(file)
    await stage.tell(deleted(21))
    assert not stage.has_bytes(file)


async def test_removed_before_its_message_arrives_it_never_appears(stage: Stage) -> None:
    place = channel("overtaken")
    file = await stage.share("f30", "opal.txt", b"opal mine map")
    await stage.tell(removed(file, minutes=20))
    await stage.tell(posted(30, "map", files=(file,), place=place))
    assert await stage.with_words_around("opal mine") == set()
    assert (await stage.views(place))["m30"].files == ()


async def test_an_edit_that_drops_the_file_drops_what_was_read_from_it(stage: Stage) -> None:
    place = channel("dropped")
    file = await stage.share("f40", "beryl.txt", b"beryl forecast")
    await stage.tell(posted(40, "forecast", files=(file,), place=place))
    await stage.tell(edited(40, "no forecast", minutes=60).model_copy(update={"files": ()}))
    assert await stage.with_words_around("beryl") == set()
    assert not stage.has_bytes(file)


async def test_what_cannot_be_read_or_had_is_found_by_its_name_and_says_why(stage: Stage) -> None:
    place = channel("unread")
    broken = await stage.share("f50", "citrine.pdf", b"%PDF-1.7 broken", "application/pdf")
    absent = FileRef(file_id=RecordId("f51"), name="kyanite.docx", unavailable_reason="too_large")
    await stage.tell(posted(50, "two files", files=(broken, absent), place=place))
    files = {file.name: file for file in (await stage.views(place))["m50"].files}
    assert files["citrine.pdf"].status == files["kyanite.docx"].status == "failed"
    assert files["citrine.pdf"].reason
    assert (files["kyanite.docx"].reason, files["kyanite.docx"].has_bytes) == ("too_large", False)
    assert "m50|f51" in await stage.with_words("kyanite.docx")
    assert "m50|f50" in await stage.with_words("citrine.pdf")


async def test_a_file_of_a_private_channel_is_for_its_members(stage: Stage) -> None:
    place = channel("vault", "private")
    file = await stage.share("f60", "ruby.txt", b"ruby salaries")
    await stage.tell(opened(place, (person("Ann"),)), opened(channel("content"), (person("Bo"),)))
    await stage.tell(posted(60, "salaries", files=(file,), place=place, author="Ann"))
    assert "m60" in await stage.found("ruby salaries", by="console:Ann")
    assert "m60" not in await stage.found("ruby salaries", by="console:Bo")
    with pytest.raises(PermissionError):
        await stage.host.file(PersonId("console:Bo"), RecordId("m60|f60"))
