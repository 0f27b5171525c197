"""Encode: pictures and texts become vectors on the nodes; only what changed is encoded again."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from prefect import flow, task, unmapped
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel

from base.errors import InputError, shorten
from base.progress import Progress, silent
from flows.runtime.home_lock import writing
from flows.runtime.locks import gpu_slot
from flows.runtime.logs import LOGGED
from flows.runtime.progress import progress_bar
from flows.runtime.services import open_graph
from flows.runtime.settings import Settings
from graph import vectors
from graph.connection import Database
from graph.health import count_entities, refuse_no_entities
from graph.pictures import PictureStore
from graph.rights import pattern_of
from models.encoders import load_encoder
from models.encoders.encoder import Encoder
from models.encoders.vector_files import find_features, read_features

# Written as they come, so that an interrupted encoding keeps what is done.
ENTITIES_PER_PART = 2_000
DEFAULT = "bundled"
WRITER = "`vlkge encode`"

Vectors: TypeAlias = tuple[npt.NDArray[np.float32], dict[str, str]]
"""Vectors of the readable entities of a part, in their order, and why the others are not readable, by id."""
EncodeParts: TypeAlias = Callable[[str, list[pd.DataFrame], Progress], Iterator[Vectors]]


class BrokenPicture(BaseModel):
    """A stored picture that the encoder could not read; the entity goes on without it."""

    id: str
    reason: str


class Encoded(BaseModel):
    """What was done for one modality; vectors that were up to date are not counted."""

    modality: str
    encoder: str
    dimension: int
    encoded: int
    removed: int
    dropped: int
    """Vectors of another encoder that was active before."""
    per_second: float | None
    """Texts or pictures a second, reading them and writing their vectors to the graph included."""
    broken: list[BrokenPicture]
    left_out: int = 0
    """Of vectors from files: ids that are no entity of the graph, or that have no vector there."""


@flow(name="encode", flow_run_name="encode", **LOGGED)
def encode(
    *, encoder: str | None = None, device: str = "auto", batch_size: int | None = None, sharded: bool = False
) -> list[Encoded]:
    """Bring the vectors of every modality that the encoder has up to date.

    encoder: None: for each modality the one that its vectors in the graph are of, bundled where there are none yet;
    vectors from files stay as they are. `files:` and a folder or a pattern puts vectors from files on the entities with
    their ids. With `sharded`, the parts are encoded as tasks of their own, wherever the flow's task runner runs them.

    Raises InputError, before anything is written, for a graph without entities.
    """
    settings = Settings()
    kind, _, where = (encoder or "").partition(":")
    if kind == "files":
        if sharded:
            raise InputError("vectors from files are not encoded, so there is nothing to share among workers")
        files = find_features(where)
        with writing(settings, WRITER), open_graph(settings) as database:
            refuse_no_entities(count_entities(database))
            return [place_file(database, modality, file) for modality, file in files.items()]
    with writing(settings, WRITER), open_graph(settings) as database:
        refuse_no_entities(count_entities(database))
        store = PictureStore(settings.pictures)
        found: list[Encoded] = []
        for name, modalities in named(database, encoder).items():
            loaded = load(name, device, batch_size)
            wanted = [modality for modality in loaded.modalities if modality in modalities]
            if sharded:
                there = partial(_encode_there, name, device, batch_size, store)
                found += [bring_up_to_date(database, loaded, modality, there) for modality in wanted]
                continue
            with gpu_slot(device):
                found += [encode_modality(database, loaded, store, modality) for modality in wanted]
        return found


def named(database: Database, encoder: str | None) -> dict[str, list[str]]:
    """The encoders to use, and of which modalities."""
    if encoder is not None:
        return {encoder: list(vectors.MODALITIES)}
    active = vectors.active_encoders(database)
    names = {modality: active[modality].name if modality in active else DEFAULT for modality in vectors.MODALITIES}
    used = [name for name in dict.fromkeys(names.values()) if not name.startswith("files:")]
    return {name: [modality for modality, of in names.items() if of == name] for name in used}


@task(cache_policy=NO_CACHE)
def load(encoder: str, device: str, batch_size: int | None) -> Encoder:
    return load_encoder(encoder, device, batch_size)


@task(cache_policy=NO_CACHE)
def encode_modality(database: Database, encoder: Encoder, store: PictureStore, modality: str) -> Encoded:
    return bring_up_to_date(database, encoder, modality, partial(_encode_here, encoder, store))


def bring_up_to_date(database: Database, encoder: Encoder, modality: str, encode_parts: EncodeParts) -> Encoded:
    """Find which entities' vectors are due, have them encoded in parts, and write each part as it comes."""
    active = vectors.Encoder(encoder.name, encoder.digest, encoder.dimensions[modality])
    activation = vectors.activate(database, modality, active)
    withheld = pattern_of(Settings().vlkge_rights_not_encoded)
    removed = vectors.remove_stale(database, modality, withheld=withheld)
    due = vectors.pending(database, modality, active, withheld=withheld)
    parts = [due[start : start + ENTITIES_PER_PART] for start in range(0, len(due), ENTITIES_PER_PART)]
    broken: dict[str, str] = {}
    started = time.monotonic()
    with progress_bar(f"encode, {modality}") as progress:
        for part, (found, unreadable) in zip(parts, encode_parts(modality, parts, progress), strict=True):
            broken |= unreadable
            # An entity whose new picture is unreadable must not keep the vector of its old one.
            vectors.remove(database, modality, list(unreadable))
            done = part[~part["id"].isin(list(unreadable))]
            vectors.write(database, modality, done["id"].tolist(), found, done["digest"].tolist())
    seconds = time.monotonic() - started
    return Encoded(
        modality=modality,
        encoder=encoder.name,
        dimension=active.dimension,
        encoded=len(due) - len(broken),
        removed=removed,
        dropped=activation.dropped,
        per_second=round(len(due) / seconds, 1) if len(due) else None,
        broken=[BrokenPicture(id=id_, reason=reason) for id_, reason in broken.items()],
    )


@task(cache_policy=NO_CACHE)
def place_file(database: Database, modality: str, file: Path) -> Encoded:
    """Put a file's vectors on the entities with their ids; what is there already stays as it is."""
    features = read_features(file)
    active = vectors.Encoder(f"files:{file.name}", features.digest, features.vectors.shape[1])
    due, known = vectors.pending_ids(database, modality, active, features.ids)
    if not known:
        raise InputError(f"{file}: none of its {len(features.ids)} ids is an entity's: {shorten(features.ids)}")
    activation = vectors.activate(database, modality, active)
    rows = {id_: row for row, id_ in enumerate(features.ids)}
    started = time.monotonic()
    with progress_bar(f"place {file.name}") as progress:
        placed = features.vectors[[rows[id_] for id_ in due]]
        vectors.write(database, modality, due, placed, [active.digest_of(id_) for id_ in due], progress)
    seconds = time.monotonic() - started
    return Encoded(
        modality=modality,
        encoder=active.name,
        dimension=active.dimension,
        encoded=len(due),
        removed=0,
        dropped=activation.dropped,
        per_second=round(len(due) / seconds, 1) if due else None,
        broken=[],
        left_out=len(features.ids) - len(known) + len(features.without),
    )


def _encode_here(
    encoder: Encoder, store: PictureStore, modality: str, parts: list[pd.DataFrame], progress: Progress
) -> Iterator[Vectors]:
    before, total = 0, sum(map(len, parts))
    for part in parts:
        yield _vectors(encoder, store, modality, part, partial(_report, progress, before, total))
        before += len(part)


def _encode_there(
    name: str,
    device: str,
    batch_size: int | None,
    store: PictureStore,
    modality: str,
    parts: list[pd.DataFrame],
    progress: Progress,
) -> Iterator[Vectors]:
    futures = encode_part.map(
        parts, unmapped(name), unmapped(device), unmapped(batch_size), unmapped(store), unmapped(modality)
    )
    before, total = 0, sum(map(len, parts))
    for part, future in zip(parts, futures, strict=True):
        yield future.result()
        before += len(part)
        progress(before, total)


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def encode_part(
    part: pd.DataFrame, name: str, device: str, batch_size: int | None, store: PictureStore, modality: str
) -> Vectors:
    """One part on a worker, which reads pictures from the same folder."""
    return _vectors(_loaded(name, device, batch_size), store, modality, part, silent)


@lru_cache(maxsize=1)
def _loaded(name: str, device: str, batch_size: int | None) -> Encoder:
    return load_encoder(name, device, batch_size)


def _report(progress: Progress, before: int, total: int, done: int, _part: int, note: str = "") -> None:
    progress(before + done, total, note)


def _vectors(encoder: Encoder, store: PictureStore, modality: str, part: pd.DataFrame, progress: Progress) -> Vectors:
    """Vectors of the readable entities, in their order, and why the others are not readable, by id."""
    if modality == "textual":
        return encoder.encode_texts(part["text"].tolist(), progress), {}
    missing = {d: "its file is gone from the picture store" for d in part["image_sha256"] if d not in store}
    here = part[~part["image_sha256"].isin(list(missing))]
    pictures = encoder.encode_pictures([store.path(digest) for digest in here["image_sha256"]], progress)
    ids: Sequence[str] = here["id"].tolist()
    gone = part[part["image_sha256"].isin(list(missing))]
    unreadable = {id_: missing[digest] for id_, digest in zip(gone["id"], gone["image_sha256"], strict=True)}
    unreadable |= {ids[position]: reason for position, reason in pictures.broken.items()}
    return pictures.vectors[pictures.readable], unreadable
