"""A phrased line stays only when the messages that it links to support it."""

from dataclasses import replace

import pytest

from bot.answering.grounding import GroundingCheck
from bot.application import Application
from bot.digests.checking import LinkCheck
from tests.builders import channel, deleted, posted
from tests.quick_application import archive
from tests.unit.bot.digests.building import line

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _check(application: Application) -> LinkCheck:
    return LinkCheck(application.database, GroundingCheck(application.embedder, zone=application.zone))


async def test_phrased_lines_stand_on_their_messages_or_become_quotations(application: Application) -> None:
    place = channel("checked")
    await archive(
        application,
        posted(10, "Do you know which file I should look in?", author="Ann", place=place),
        posted(11, "The launch moves to 8 December because of the pump.", author="Bo", place=place),
    )
    supported = line(11, "Bo says that the launch moves to 8 December because of the pump.", "talk")
    unsupported = line(10, "Ann asks which file to look in, and Tina answers that it is setup.rkt.", "talk")
    quotation = replace(line(10, "Ann: Do you know which file I should look in?", "talk"), quoted=True)
    checked = await _check(application).checked([supported, unsupported, quotation])
    assert checked == [supported, quotation]


async def test_a_quotation_that_takes_a_line_s_place_holds_no_secret(application: Application) -> None:
    """Invariant 8: nor the first half of one where it is cut off."""
    place = channel("checked-secret")
    words = "Look into the cupboard in the hall behind the kitchen first. " * 3 + "Password: Tulip-42x-Rose-77y."
    await archive(application, posted(30, words, author="Ann", place=place))
    [quotation] = await _check(application).checked([line(30, "Bo sells his car for a thousand euro.", "talk")])
    assert quotation.quoted
    assert "Tulip" not in quotation.text


async def test_a_line_whose_message_has_gone_goes(application: Application) -> None:
    place = channel("checked-gone")
    await archive(application, posted(20, "The launch moves to 8 December.", place=place), deleted(20))
    assert await _check(application).checked([line(20, "The launch moves to 8 December.", "talk")]) == []
