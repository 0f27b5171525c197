"""Weights from the Hugging Face hub, without waiting for a network that is not there."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import httpx
from huggingface_hub import constants

from base.errors import InputError, first_line

PATIENCE_S = 5


@contextmanager
def weights_of(kind: str, weights: str) -> Iterator[tuple[str, bool]]:
    """For loading `kind:weights` inside: a local folder or a name of the hub, and whether it is the former.

    Raises InputError where that fails.
    """
    folder = Path(weights).expanduser()
    local = folder.is_dir()
    try:
        with nullcontext() if local else hub():
            yield str(folder) if local else weights, local
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        where = "loaded" if local else f"fetched; without a network give a local folder, {kind}:path/to/folder"
        raise InputError(f"The weights of {kind}:{weights} could not be {where}. ({first_line(error)})") from error


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
