"""Tells a webhook what somebody should know of: a retraining that failed, refused, or left something out."""

import logging
import time
from typing import Any

import httpx

from flows.runtime.settings import Settings

ATTEMPTS, SECONDS = 3, 10.0

logger = logging.getLogger(__name__)


def notify(event: str, text: str, **details: Any) -> bool:
    """POST ``{"event", "text", **details}`` as JSON to VLKGE_WEBHOOK; whether it was taken (False: no address).

    The work that is told of never fails by its message: what cannot be delivered is logged.
    """
    address = Settings().vlkge_webhook
    if address is None:
        return False
    # A secret that was read from a file often ends in a line break.
    url, content = address.get_secret_value().strip(), {"event": event, "text": text, **details}
    for attempt in range(1, ATTEMPTS + 1):
        try:
            # What it answers beside the status is not read: that may take for ever.
            with httpx.stream("POST", url, json=content, timeout=SECONDS) as answer:
                answer.raise_for_status()
            return True
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            logger.warning("the webhook did not take %s (attempt %d): %s", event, attempt, _reason(error))
            if attempt < ATTEMPTS:
                time.sleep(2**attempt)
    return False


def _reason(error: Exception) -> str:
    """Without the error's text, which would hold the address: a secret of most chat services."""
    if not isinstance(error, httpx.HTTPStatusError):
        return type(error).__name__
    status = error.response.status_code
    return f"it answers {status}{', a redirect, which is not followed' if error.response.is_redirect else ''}"
