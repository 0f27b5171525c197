"""The pictures of a source: copied into the store, noted on its entities, and counted."""

from dataclasses import replace

from pydantic import BaseModel

from base.progress import Progress, silent
from graph.connection import Database, batches
from graph.download import Limits
from graph.loading.comparison import Row
from graph.loading.plan import Plan
from graph.pictures import PictureStore, gather_pictures

BATCH = 10_000


class BrokenPicture(BaseModel):
    """An entity whose picture could not be had; it is tried again at the next ingest."""

    id: str
    image: str
    reason: str


class PictureCounts(BaseModel):
    """`changed`: entities whose picture is new, another one, or gone. `kept`: of the broken ones those whose file the
    source no longer has, and whose picture stays until a prune. `not_fetched`: entities whose picture is on the web,
    where a dry run does not look."""

    stored: int
    changed: int
    broken: list[BrokenPicture]
    kept: int = 0
    not_fetched: int = 0


def write_pictures(
    database: Database,
    changes: Plan,
    store: PictureStore,
    *,
    prune: bool = False,
    limits: Limits | None = None,
    progress: Progress = silent,
) -> PictureCounts:
    """Copy the pictures into the store and note on each entity which is its own; broken ones are listed.

    prune: take away those whose file the source no longer has; otherwise they stay.
    """
    rows, counts = _gather(changes, store, prune=prune, limits=limits, progress=progress)
    for batch in batches(rows, BATCH):
        database.write("ingest/set_pictures", rows=batch)
    return counts


def look_at_pictures(
    changes: Plan, store: PictureStore, *, prune: bool = False, progress: Progress = silent
) -> PictureCounts:
    """What write_pictures would find of the pictures that are files; nothing is kept, and nothing fetched."""
    return _gather(changes, replace(store, keep=False), prune=prune, web=False, progress=progress)[1]


def _gather(
    changes: Plan,
    store: PictureStore,
    *,
    prune: bool,
    limits: Limits | None = None,
    web: bool = True,
    progress: Progress,
) -> tuple[list[Row], PictureCounts]:
    """For each entity whose picture is another one than the graph has its id and sha256, and what was counted."""
    images, before = changes.images, changes.digests
    known = {images[i]: digest for i, digest in before.items() if i in images}
    gathered = gather_pictures(
        store,
        changes.source.folder,
        images.values(),
        known=known,
        limits=limits,
        web=web,
        keep_missing=not prune,
        progress=progress,
    )
    found, broken = gathered.digests, gathered.broken
    seen = {i: image for i, image in images.items() if image in found or image in broken}
    rows = [{"id": i, "sha256": found.get(image)} for i, image in seen.items() if found.get(image) != before.get(i)]
    return rows, PictureCounts(
        stored=len(set(found.values())),
        changed=len(rows),
        broken=[BrokenPicture(id=i, image=image, reason=broken[image]) for i, image in seen.items() if image in broken],
        kept=sum(image in broken and image in found for image in seen.values()),
        not_fetched=len(images) - len(seen),
    )
