"""``doctor slack``: whether the Slack app is set up as it must be."""

from bot.errors import SettingsError
from bot.language import system_language
from bot.settings import Settings, load_settings
from connectors.slack.checkup import Finding, check_up
from connectors.slack.checkup_texts import CONNECTOR_OFF


async def check_slack() -> list[Finding]:
    """Run every check; raises ``SettingsError`` when the settings cannot be read at all."""
    settings, is_on = _settings()
    language = system_language()
    findings = await check_up(settings.slack.configuration(max_file_bytes=settings.files.max_bytes), language=language)
    if is_on:
        return findings
    fact, advice = CONNECTOR_OFF[language]
    return [Finding(workspace="", check="connectors", state="warning", fact=fact, advice=advice), *findings]


def _settings() -> tuple[Settings, bool]:
    """The settings, and whether Slack is switched on. A token that is missing is told by the checks, with advice."""
    try:
        settings = load_settings()
    except SettingsError:
        return load_settings(connectors=("console",)), True
    return settings, "slack" in settings.connectors
