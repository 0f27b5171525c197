"""What a night could not take in: the night goes on without it, and somebody should know."""

from base.errors import shorten
from flows.retraining.outcome import Retraining


def left_out(done: Retraining) -> list[str]:
    """A sentence for each kind; none where all was taken in."""
    told = []
    if done.ingested is not None and (pictures := done.ingested.pictures) is not None and pictures.broken:
        why = shorten([f"{picture.id}: {picture.image}: {picture.reason}" for picture in pictures.broken])
        kept = f"; {pictures.kept:,} keep the picture from before" if pictures.kept else ""
        told.append(f"pictures that could not be had: {why}{kept}")
    for part in done.encoded or []:
        if part.broken:
            why = shorten([f"{picture.id}: {picture.reason}" for picture in part.broken])
            told.append(f"pictures that could not be encoded: {why}")
    if done.adopted is not None:
        if broken := done.adopted["broken"]:
            told.append(
                f"pictures that could not be adopted: {shorten([f'{where}: {why}' for where, why in broken.items()])}"
            )
        if lost := done.adopted["lost"]:
            told.append(f"accepted facts that their owner deleted: {shorten(lost)}")
    return told
