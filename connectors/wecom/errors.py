"""What can go wrong with WeCom."""


class WeComError(Exception):
    """WeCom refused; ``code`` is its ``errcode``. See §8.2 of the protocol for what each means."""

    def __init__(self, call: str, code: int, message: str = "") -> None:
        super().__init__(f"{call}: {code}")
        self.call = call
        self.code = code
        self.message = message
        """WeCom's own words, for operators; may name ids and addresses, never shown in a chat."""


class WeComAway(Exception):
    """WeCom cannot be reached, or did not answer in time, or asks for a longer pause than the call may take."""

    def __init__(self, call: str, reason: str) -> None:
        super().__init__(f"{call}: {reason}")
        self.call = call
        self.reason = reason


class ReplyExpired(Exception):
    """This way to reply is closed: the time is over, or it was used."""


class ReplyUncertain(ReplyExpired):
    """It may have arrived: WeCom did not say."""


class WeComPaused(WeComAway):
    """WeCom counts too many calls (45009): nothing is asked before ``seconds`` have passed."""

    def __init__(self, call: str, seconds: float) -> None:
        super().__init__(call, f"rate limited for {seconds:.0f} s")
        self.seconds = seconds
