"""A small workspace to begin with: three people and a guest, four conversations, a history with a thread and a file."""

from tests.fakes.slack.app import Installation
from tests.fakes.slack.errors import Json
from tests.fakes.slack.server import FakeSlack

DAY_S = 86_400.0


def add_demo_workspace(
    slack: FakeSlack, *, bot_token: str, app_token: str, signing_secret: str, manifest: Json | None = None
) -> Installation:
    """The bot is in #general and #product, not in the private #finance; a manifest decides what it may."""
    workspace = slack.add_workspace("shiguang")
    app = slack.add_app() if manifest is None else slack.add_app_from_manifest(manifest)
    app.app_token, app.signing_secret = app_token, signing_secret
    installation = slack.install(app, workspace)
    installation.bot_token = bot_token
    ann = workspace.add_person("ann", real_name="安然")
    bo = workspace.add_person("bo", real_name="Bo Berg", locale="en-US")
    chen = workspace.add_person("chen", real_name="陈晨", is_admin=True)
    guest = workspace.add_person("gu", is_guest=True)
    bot = installation.bot
    general = workspace.add_channel("general", members=[chen, ann, bo, bot])
    product = workspace.add_channel("product", members=[ann, bo, guest, bot])
    finance = workspace.add_channel("finance", members=[chen, ann], kind="private")
    workspace.add_channel("", members=[ann, bot], kind="im")
    since = slack.clock.now() - 3 * DAY_S
    post = slack.people.post
    post(chen, general, "周五之前请把季度目标写进文档。", at=since, quietly=True)
    question = post(bo, product, "When do we ship 2.4?", at=since + DAY_S, quietly=True)
    post(ann, product, "定在 11 月 28 日，灰度先开 10%。", thread=question, at=since + DAY_S + 60, quietly=True)
    post(chen, finance, "预算上限是 42 万。", at=since + DAY_S, quietly=True)
    notes = slack.sharing.add(workspace, ann, "release-notes.md", "# 2.4\n\n- 新的搜索\n".encode())
    slack.sharing.share(ann, product, notes, text="发布说明", at=since + 2 * DAY_S, quietly=True)
    return installation
