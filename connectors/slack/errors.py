"""What can go wrong with Slack."""

RATE_LIMITED = "rate limited"
"""The reason of a ``SlackAway`` whose call Slack did not take, so that nothing came of it."""


class SlackError(Exception):
    """Slack refused; ``code`` is its own, such as ``channel_not_found``."""

    def __init__(self, method: str, code: str, *, needed: str = "") -> None:
        super().__init__(f"{method}: {code}")
        self.method = method
        self.code = code
        self.needed = needed
        """The scope that is missing, with ``missing_scope``."""


class SlackAway(Exception):
    """Slack cannot be reached, or did not answer in time, or asks for a longer pause than the call may take."""

    def __init__(self, method: str, reason: str) -> None:
        super().__init__(f"{method}: {reason}")
        self.method = method
        self.reason = reason


class MembershipUnknown(Exception):
    """Who may read cannot be told now."""
