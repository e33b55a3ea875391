"""What a refused call of the SDK says."""

from collections.abc import Awaitable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError


async def refusal(call: Awaitable[Any]) -> dict[str, Any]:
    """The body of the refusal; the test fails when the call succeeds."""
    with pytest.raises(SlackApiError) as caught:
        await call
    body: dict[str, Any] = caught.value.response.data
    return body


async def error(call: Awaitable[Any]) -> str:
    """Only the error code."""
    return str((await refusal(call))["error"])
