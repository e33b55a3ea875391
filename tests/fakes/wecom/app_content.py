"""What an app may send: each message type with its limits in bytes. Raises ``Refusal``."""

from tests.fakes.wecom.cards import check_card
from tests.fakes.wecom.ledger import Ledger
from tests.fakes.wecom.media import MediaStore
from tests.fakes.wecom.refusals import Json, Refusal, part, text_field
from tests.fakes.wecom.screen import Shown

LONGEST_TEXT = 2048
GROUP_TYPES = frozenset({"text", "image", "voice", "video", "file", "textcard", "news", "markdown"})
SEND_TYPES = GROUP_TYPES | {"template_card"}


def fill(shown: Shown, body: Json, *, media: MediaStore, ledger: Ledger) -> Shown:
    """Check the payload of a message and put it into what is shown."""
    msgtype = shown.msgtype
    content = part(body, msgtype)
    if msgtype in ("text", "markdown"):
        shown.text = text_field(content, "content", limit=LONGEST_TEXT, name=f"{msgtype}.content", too_long=45002)
    elif msgtype == "textcard":
        shown.text = _textcard(content)
    elif msgtype == "news":
        shown.text = news(content)
    elif msgtype == "template_card":
        ledger.warnings += check_card(content, dialect="app")
        shown.card = content
    else:
        found = media.find(content.get("media_id"), owner="corp", media_type=msgtype)
        shown.file_name, shown.data = found.name, found.data
    return shown


def _textcard(content: Json) -> str:
    title = text_field(content, "title", limit=128, name="textcard.title", empty=40058)
    description = text_field(content, "description", limit=512, name="textcard.description", empty=40058)
    text_field(content, "url", limit=2048, name="textcard.url", empty=40058)
    return f"{title}\n{description}"


def news(content: Json) -> str:
    """The titles of 1–8 articles."""
    articles = content.get("articles")
    if not isinstance(articles, list) or not 1 <= len(articles) <= 8:
        raise Refusal(40058, "news.articles: 1 to 8")
    for article in articles:
        text_field(article, "title", limit=128, name="news.title", empty=40058)
        if article.get("description"):
            text_field(article, "description", limit=512, name="news.description")
        if not article.get("url"):
            raise Refusal(40058, "news.url is missing")
    return "\n".join(article["title"] for article in articles)
