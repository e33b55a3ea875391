"""People are found by the names that a question calls them."""

import pytest

from bot.answering.people import PeopleNamed
from bot.application import Application
from tests.builders import person, posted
from tests.quick_application import archive


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What did Maya say about pumps?", {"Maya Chen"}),
        ("maya's quote", {"Maya Chen"}),
        ("王芳上周说的报价", {"王芳"}),
        ("王芳和 maya 谁负责", {"王芳", "Maya Chen"}),
        ("which product is delayed", set()),
        ("will it ship? 产品什么时候上", set()),
    ],
)
async def test_names_in_a_question(application: Application, question: str, named: set[str]) -> None:
    authors = ["Maya Chen", "王芳", "Will", "周敏（产品）", "It"]
    await archive(application, *(posted(n, "hello", author=author) for n, author in enumerate(authors, start=1)))
    ids = {person(author).person_id: author for author in authors}
    found = await PeopleNamed(application.database).find(question)
    assert {name for person_id, name in ids.items() if str(person_id) in found} == named
