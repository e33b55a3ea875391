"""The proxy of an address: the setting, or the environment with its exceptions."""

import pytest

from connectors.proxying import proxy_for


def test_the_proxy_of_the_environment_counts_unless_the_host_is_excepted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_for("https://slack.com/api/", None) is None
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,.internal")
    assert proxy_for("https://slack.com/api/", None) == "http://proxy:3128"
    assert proxy_for("wss://slack.com/link/", None) == "http://proxy:3128"
    assert proxy_for("http://127.0.0.1:9999/api/", None) is None
    assert proxy_for("https://slack.internal/api/", None) is None
    assert proxy_for("https://slack.com/api/", "http://own:1") == "http://own:1"
