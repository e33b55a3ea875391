"""The WeCom connector: robots, apps, webhooks and the message archive of one company, each on its own."""

from collections.abc import Mapping

from aiohttp import web

from connectors.connector import Language, Post, Revision
from connectors.events import RecordId
from connectors.live_host import LiveHost
from connectors.wecom.configuration import WeComConfiguration
from connectors.wecom.errors import WeComAway
from connectors.wecom.furnishing import Company
from connectors.wecom.observing import Observer, Unobserved
from connectors.wecom.opening import started
from connectors.wecom.posting import Posting
from connectors.wecom.revising import revise

_STARTING_SECONDS = 30.0


class WeComConnector:
    """Implements ``connectors.connector.Connector``::

        wecom = WeComConnector(host, configuration)
        wecom.setup(app)  # inside a running loop, before the server listens
        await wecom.start()

    A way that cannot start does not keep the others from it: ``problems`` tells, and it is tried again.
    """

    name = "wecom"

    def __init__(
        self,
        host: LiveHost,
        configuration: WeComConfiguration,
        *,
        observer: Observer | None = None,
        language: Language = "zh",
    ) -> None:
        """``language`` is that of words of the archive that stand for what is not text, such as ``[图片]``."""
        self._host = host
        self._configuration = configuration
        self._observer = observer or Unobserved()
        self._language: Language = language
        self._made: tuple[Company, Posting] | None = None
        self._has_started = self._is_closed = False

    @property
    def problems(self) -> Mapping[str, str]:
        """Ways that are not open now, such as ``robot main``, each with a code."""
        return self._made[0].problems if self._made is not None else {}

    @property
    def state(self) -> str:
        """``ok`` when every way is open, or the first code that says why not."""
        return next(iter(self.problems.values()), "ok" if self._has_started else "starting")

    def setup(self, app: web.Application) -> None:
        """Add the routes that WeCom posts to: ``/wecom/robot/<name>`` and ``/wecom/app/<name>``."""
        company, _ = self._parts
        app.add_routes(company.routes())

    async def start(self) -> None:
        """Open every way; returns when each is open or has failed once."""
        company, _ = self._parts
        await started(company.openers, seconds=_STARTING_SECONDS)
        self._has_started = True

    async def post(self, post: Post) -> RecordId:
        """See ``Connector.post``."""
        _, posting = self._parts
        return await posting.post(post)

    async def revise(self, revision: Revision) -> None:
        """See ``Connector.revise``."""
        company, _ = self._parts
        await revise(company.site, company.apps, revision)

    async def close(self) -> None:
        """Close every way; nothing that WeCom was told is lost."""
        made, self._made, self._is_closed = self._made, None, True
        if made is not None:
            company, posting = made
            await posting.close()
            await company.close()

    @property
    def _parts(self) -> tuple[Company, Posting]:
        if self._is_closed:
            raise WeComAway("post", "closed")
        if self._made is None:
            company = Company(self._host, self._configuration, observer=self._observer, language=self._language)
            self._made = company, Posting(company.site, lambda: company.ways, observer=self._observer)
        return self._made
