"""The proxy on the way to an address."""

import os
import urllib.request
from urllib.parse import urlsplit


def proxy_for(url: str, configured: str | None) -> str | None:
    """The proxy on the way to ``url``: the configured one, or the environment's unless ``NO_PROXY`` names the host.

    SDKs that read the environment themselves know nothing of ``NO_PROXY``: their choice is replaced by this.
    """
    parts = urlsplit(url)
    if configured:
        return configured
    if not parts.hostname or urllib.request.proxy_bypass(parts.hostname):
        return None
    return _proxy_of_environment(parts.scheme)


def _proxy_of_environment(scheme: str) -> str | None:
    names = ("HTTPS_PROXY", "https_proxy") if scheme in ("https", "wss") else ("HTTP_PROXY", "http_proxy")
    return next((proxy for name in names if (proxy := os.environ.get(name, "").strip())), None)
