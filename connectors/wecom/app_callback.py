"""The door of an app: what WeCom delivers is durable before it is answered, and answered well within five seconds."""

import asyncio
import logging
from collections.abc import Callable

from aiohttp import web

from connectors.live_host import Mailbox
from connectors.wecom.app_messages import Fields, fields_of, letter_key
from connectors.wecom.configuration import AppConfiguration
from connectors.wecom.crypto import CallbackCrypto
from connectors.wecom.replay import ReplayGuard
from connectors.wecom.routes import body_of, callback_routes, verified

_KEEPING_SECONDS = 2.0
"""With the reading of the body below the 4.5 seconds in which every callback is answered.

WeCom gives up after five and tries again.
"""

_log = logging.getLogger(__name__)


class AppCallback:
    """``GET`` verifies the address, ``POST`` delivers. ``arrived`` is called when a letter was kept."""

    def __init__(
        self,
        configuration: AppConfiguration,
        *,
        corp_id: str,
        mailbox: Mailbox,
        source: str,
        arrived: Callable[[], None],
        guard: ReplayGuard | None = None,
    ) -> None:
        """Raises ``ValueError`` for a token or key that cannot be right."""
        self._configuration = configuration
        self._corp_id = corp_id
        self._mailbox = mailbox
        self._source = source
        self._arrived = arrived
        self._guard = guard or ReplayGuard()
        self._crypto = CallbackCrypto(
            token=configuration.token, encoding_aes_key=configuration.encoding_aes_key, receive_id=corp_id
        )

    @property
    def path(self) -> str:
        """Where WeCom is told to post."""
        return f"/wecom/app/{self._configuration.name}"

    def routes(self) -> list[web.RouteDef]:
        """For the application's web server."""
        return callback_routes(self.path, verify=self._verify, receive=self._take)

    async def _verify(self, request: web.Request) -> web.Response:
        return verified(request, self._crypto)

    async def _take(self, request: web.Request) -> web.Response:
        """An empty 200 means that it was taken; anything else, that WeCom shall bring it again.

        Raises ``CallbackRefused`` for what WeCom did not send.
        """
        xml = self._crypto.open_xml(await body_of(request), request.query)
        self._guard.admit(request.query)
        fields = fields_of(xml, corp_id=self._corp_id, configuration=self._configuration)
        if not await self._keep(fields, xml):
            return web.Response(status=503)
        self._guard.settle(request.query)
        return web.Response()

    async def _keep(self, fields: Fields, xml: str) -> bool:
        try:
            async with asyncio.timeout(_KEEPING_SECONDS):
                is_new = await self._mailbox.keep(self._source, letter_key(fields), {"xml": xml})
        except Exception as error:  # noqa: BLE001 - whatever it is, WeCom brings it again
            _log.error("a callback of app %s could not be kept: %s", self._configuration.name, type(error).__name__)
            return False
        if is_new:
            self._arrived()
        return True
