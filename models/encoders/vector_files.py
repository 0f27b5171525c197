"""Vectors that somebody else computed: from id to vector, in pickle, npz, safetensors or Parquet files.

Pickles are those of the authors' release (`*_vf_*.pkl`, `*_tf_*.pkl`), read without running what they hold. An id may
have several vectors there, which count as their mean, or none.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import safetensors
import torch
from numpy.typing import NDArray

from base.errors import InputError
from models.encoders.plain_pickle import read_pickle

GIT_LFS = b"version https://git-lfs.github.com/spec/"
# How a file's name says what its vectors are of; those of relations (rf) are not read.
MODALITIES = {"visual": {"vf", "visual"}, "textual": {"tf", "textual"}}


@dataclass(frozen=True)
class Features:
    """Vectors [n, d] float32, one for each of `ids`; the digest is the SHA-256 of their file.

    `without` are ids that the file gives no vector, or one of zeros only.
    """

    ids: list[str]
    vectors: NDArray[np.float32]
    digest: str
    without: list[str]


def find_features(where: str) -> dict[str, Path]:
    """The file of each modality in a folder, or among those that a pattern such as `features/*_clip.pkl` matches.

    Raises InputError where there is no such file, or more than one for a modality.
    """
    path = Path(where).expanduser()
    place, pattern = (path, "*") if path.is_dir() else (path.parent, path.name)
    found: dict[str, list[Path]] = {}
    for file in sorted(place.glob(pattern)):
        if (modality := modality_of(file)) is not None:
            found.setdefault(modality, []).append(file)
    if not found:
        raise InputError(
            f"{where} has no file of vectors; needed are names with vf or visual, tf or textual (art_vf_clip.pkl) "
            f"that end in {', '.join(READERS)}."
        )
    for modality, files in found.items():
        if len(files) > 1:
            raise InputError(
                f"{where} has {len(files)} files of {modality} vectors: {', '.join(file.name for file in files)}; "
                f"give a pattern that leaves one, such as {place}/*_clip.pkl."
            )
    return {modality: files[0] for modality, files in found.items()}


def modality_of(file: Path) -> str | None:
    """What the vectors of a file are of, by its name; None for another file."""
    words = set(re.split(r"[_.-]", file.name))
    return next((m for m, names in MODALITIES.items() if words & names and file.suffix in READERS), None)


def read_features(path: Path) -> Features:
    """The vectors of a file, in its order, as they are (not normalised).

    .pkl: a dictionary from id to array, tensor or list, or to several of these in a list or dictionary; pickled, or
    written by torch.save. .npz and .safetensors: one vector an id, or `vectors` [n, d] with `ids` (an array; in
    safetensors a JSON list in the metadata). .parquet: columns id and vector.

    Raises InputError for anything else: another format, a Git LFS pointer, a pickle that asks for code to be run,
    vectors of several lengths or with values that are not finite.
    """
    if path.suffix not in READERS:
        raise InputError(f"{path}: its ending is {path.suffix!r}; allowed are {', '.join(READERS)}.")
    try:
        with path.open("rb") as file:
            if file.read(len(GIT_LFS)) == GIT_LFS:
                raise InputError("a Git LFS pointer, not the file itself; fetch that with `git lfs pull`.")
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        ids, vectors, without = as_table(READERS[path.suffix](path))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise InputError(f"{path}: {error}") from error
    return Features(ids, vectors, digest, without)


def read_npz(path: Path) -> Mapping[str, Any]:
    """Arrays by name, or by the array `ids` where there is one."""
    if not zipfile.is_zipfile(path):
        raise InputError("no npz file.")
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    return paired(arrays["ids"].tolist(), arrays["vectors"]) if arrays.keys() == {"ids", "vectors"} else arrays


def read_safetensors(path: Path) -> Mapping[str, Any]:
    """Tensors by name, or by the metadata's `ids` where there are some."""
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            ids = (file.metadata() or {}).get("ids")
    except safetensors.SafetensorError as error:
        raise InputError(f"no safetensors file ({error}).") from error
    return paired(json.loads(ids), tensors["vectors"]) if ids and tensors.keys() == {"vectors"} else tensors


def read_parquet(path: Path) -> Mapping[str, Any]:
    """Column `vector` by column `id`."""
    try:
        table = pyarrow.parquet.read_table(path)
    except pyarrow.ArrowInvalid as error:
        raise InputError("no Parquet file.") from error
    if not {"id", "vector"} <= set(table.column_names):
        raise InputError(f"its columns are {', '.join(table.column_names)}; needed are id and vector.")
    return paired(table["id"].to_pylist(), table["vector"].to_numpy())


def paired(ids: list[Any], vectors: Iterable[Any]) -> dict[Any, Any]:
    """A dictionary; InputError where the lengths differ or an id comes twice."""
    rows = list(vectors)
    if len(rows) != len(ids):
        raise InputError(f"{len(ids)} ids but {len(rows)} vectors.")
    features = dict(zip(ids, rows, strict=True))
    if len(features) < len(ids):
        raise InputError(f"{len(ids) - len(features)} of {len(ids)} ids come twice.")
    return features


def as_table(features: object) -> tuple[list[str], NDArray[np.float32], list[str]]:
    """Ids with vectors [n, d] of a dictionary, and ids without, checked; InputError says which ids are wrong."""
    if not isinstance(features, Mapping) or not features:
        raise InputError(f"a {type(features).__name__} of {size(features)}; a dictionary from id to vector is needed.")
    rows = {str(key): as_vector(key, value) for key, value in features.items()}
    if len(rows) < len(features):
        raise InputError("some ids are the same once as a number and once as text.")
    given = {key: row for key, row in rows.items() if row is not None and row.any()}
    if not given:
        raise InputError(f"none of its {len(rows)} ids has a vector.")
    length = len(next(iter(given.values())))
    refuse(given, f"other than the first one's {length} numbers", lambda row: len(row) != length)
    refuse(given, "with values that are not finite", lambda row: not np.isfinite(row).all())
    return list(given), np.stack(list(given.values())), [key for key in rows if key not in given]


def as_vector(key: object, value: object) -> NDArray[np.float32] | None:
    """The vector [d] of an id, the mean of several, None of none."""
    parts = [one_vector(key, part) for part in several(value)]
    if len(lengths := sorted({len(part) for part in parts})) > 1:
        raise InputError(f"the vectors of {key!r} have {' and '.join(map(str, lengths))} numbers; all need as many.")
    return np.mean(parts, axis=0, dtype=np.float32) if parts else None


def several(value: object) -> list[object]:
    """The vectors of an id that may have more than one, as an entity with several pictures has."""
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, list | tuple) and (not value or np.ndim(value[0]) > 0):
        return list(value)
    return [value]


def one_vector(key: object, value: object) -> NDArray[np.float32]:
    """One vector [d] of an array, tensor or list, [1, d] included."""
    if isinstance(value, torch.Tensor):
        value = value.detach().float().numpy()
    try:
        row = np.asarray(value, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise InputError(f"the vector of {key!r} is no list of numbers but a {type(value).__name__}.") from error
    if row.ndim == 2 and len(row) == 1:
        row = row[0]
    if row.ndim != 1 or not row.size:
        raise InputError(f"the vector of {key!r} has the shape {row.shape}; one dimension is needed.")
    return row


def refuse(rows: Mapping[str, Any], what: str, wrong: Callable[[NDArray[np.float32]], bool]) -> None:
    if found := [key for key, row in rows.items() if wrong(row)]:
        shown = ", ".join(map(repr, found[:5])) + (", …" if len(found) > 5 else "")
        raise InputError(f"vectors {what}: {shown} ({len(found)} in all).")


def size(value: object) -> int:
    return len(value) if isinstance(value, Mapping | list | tuple) else 1


READERS: dict[str, Callable[[Path], Any]] = {
    ".pkl": read_pickle,
    ".pickle": read_pickle,
    ".npz": read_npz,
    ".safetensors": read_safetensors,
    ".parquet": read_parquet,
}
