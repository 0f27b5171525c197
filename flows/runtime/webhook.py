"""Tells a webhook what somebody should know of: a retraining that failed, or a challenger that was refused."""

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
    content = {"event": event, "text": text, **details}
    for attempt in range(1, ATTEMPTS + 1):
        try:
            httpx.post(address.get_secret_value(), json=content, timeout=SECONDS).raise_for_status()
            return True
        except httpx.HTTPError as error:
            # Its text would hold the address, which is a secret of most chat services.
            logger.warning("the webhook did not take %s (attempt %d): %s", event, attempt, type(error).__name__)
            if attempt < ATTEMPTS:
                time.sleep(2**attempt)
    return False
