"""Weights from the Hugging Face hub, without waiting for a network that is not there."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from huggingface_hub import constants

PATIENCE_S = 5


@contextmanager
def hub() -> Iterator[None]:
    """Inside, files come from the hub, or at once from its local cache alone where the hub does not answer.

    Left to itself the hub's client tries each file six times, over a minute in all.
    """
    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = before or not answers(constants.ENDPOINT)
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def answers(address: str) -> bool:
    """Whether a web server replies at all within a few seconds."""
    try:
        httpx.head(address, timeout=PATIENCE_S)
    except httpx.TransportError:
        return False
    return True
