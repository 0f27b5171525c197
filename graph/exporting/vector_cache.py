"""Vectors of the last export, kept on disk: the graph is asked for those alone that have changed since.

The graph says of each vector what it was made from, as a digest. One of the same digest is the same vector, and reading
the digests takes a hundredth of the time.
"""

from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from base.files import replacing
from base.progress import Progress, silent
from cypher.prefix import own
from graph.connection import Database, batches
from graph.exporting.export_reader import ENTITIES_PER_PAGE, read_vectors
from graph.exporting.packed_strings import pack, unpack
from graph.transactions import read_pages

Vectors = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


def read_through(
    file: Path, database: Database, modality: str, ids: list[str], dimension: int, progress: Progress = silent
) -> tuple[Vectors, Mask]:
    """As `export_reader.read_vectors`, by way of a file that is made where it is missing and follows the graph.

    `ids` are those of all entities. A file that is none is made anew. Raises what `read_vectors` raises.
    """
    digests = _read_digests(database, modality, ids)
    there = {id_: row for row, id_ in enumerate(ids)}
    vectors, present = np.zeros((len(ids), dimension), dtype=np.float32), np.zeros(len(ids), dtype=bool)
    kept_ids, kept_digests, kept = _load(file, dimension)
    own_rows = [n for n, (i, d) in enumerate(zip(kept_ids, kept_digests, strict=True)) if d and digests.get(i) == d]
    at = [there[kept_ids[row]] for row in own_rows]
    vectors[at], present[at] = kept[own_rows], True
    due = [id_ for id_ in ids if id_ in digests and not present[there[id_]]]
    progress(len(at), len(digests), f"{modality} vectors")
    if due:
        at = [there[id_] for id_ in due]
        vectors[at], present[at] = read_vectors(database, modality, due, dimension, progress)
    if due or len(own_rows) < len(kept_ids):
        _save(file, [id_ for id_ in ids if present[there[id_]]], digests, vectors[present])
    return vectors, present


def _read_digests(database: Database, modality: str, ids: list[str]) -> dict[str, str]:
    """What the vector of each entity that has one was made from; empty where that is not known."""
    found: dict[str, str] = {}
    properties = {"property": own(modality), "digest_property": own(f"{modality}_digest")}
    pages = ({"ids": page, **properties} for page in batches(ids, ENTITIES_PER_PAGE))
    for (row,) in read_pages(database, "vectors/read_digests", pages):
        found.update(zip(row["ids"], row["digests"], strict=True))
    return found


def _load(file: Path, dimension: int) -> tuple[list[str], list[str], Vectors]:
    """Ids, digests and vectors of a file; none where there is no whole one of such vectors."""
    with suppress(OSError, SafetensorError, KeyError, ValueError):
        arrays = load_file(file)
        ids, digests = (unpack(arrays[name], arrays[f"{name}_offsets"]) for name in ("ids", "digests"))
        if arrays["vectors"].shape == (len(ids), dimension) and len(digests) == len(ids):
            return ids, digests, arrays["vectors"]
    return [], [], np.zeros((0, dimension), dtype=np.float32)


def _save(file: Path, ids: list[str], digests: dict[str, str], vectors: Vectors) -> None:
    arrays: dict[str, npt.NDArray[np.generic]] = {"vectors": vectors}
    for name, strings in (("ids", ids), ("digests", [digests[id_] for id_ in ids])):
        arrays[name], arrays[f"{name}_offsets"] = pack(strings)
    with replacing(file, private=True) as draft:
        save_file(arrays, draft)
