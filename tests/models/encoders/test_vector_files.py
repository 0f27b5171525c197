"""Vectors of the authors' files, and files that are something else."""

import json
import os
import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import save_file

from base.errors import InputError
from models.encoders.vector_files import find_features, read_features

VECTORS = {"monet": [1.0, 2.0, 3.0], "Q762": [4.0, 5.0, 6.0]}


def arrays() -> dict[str, np.ndarray]:
    return {key: np.array(value, dtype=np.float32) for key, value in VECTORS.items()}


def tensors() -> dict[str, torch.Tensor]:
    return {key: torch.tensor(value) for key, value in VECTORS.items()}


def dump(path: Path, value: object, protocol: int = 4) -> Path:
    path.write_bytes(pickle.dumps(value, protocol))
    return path


def check(path: Path) -> None:
    features = read_features(path)
    assert dict(zip(features.ids, features.vectors.tolist(), strict=True)) == VECTORS
    assert features.vectors.dtype == np.float32


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
@pytest.mark.parametrize(
    "content",
    [
        arrays(),
        tensors(),
        VECTORS,
        OrderedDict(arrays()),
        {key: value[None] for key, value in arrays().items()},
        {key: value.astype(">f8") for key, value in arrays().items()},
        {key: torch.nn.Parameter(value.half()) for key, value in tensors().items()},
        {key: [np.float64(number) for number in value] for key, value in VECTORS.items()},
    ],
    ids=["arrays", "tensors", "lists", "ordered", "one-row", "big-endian", "half parameters", "numpy scalars"],
)
def test_a_pickled_dictionary_from_id_to_vector_is_read(tmp_path: Path, content: object, protocol: int) -> None:
    check(dump(tmp_path / "wn9_vf_clip.pkl", content, protocol))


def test_arrays_pickled_under_numpy_1_are_read(tmp_path: Path) -> None:
    content = pickle.dumps(arrays(), 2).replace(b"numpy._core.", b"numpy.core.")
    assert b"numpy.core.multiarray" in content
    (tmp_path / "old.pkl").write_bytes(content)
    check(tmp_path / "old.pkl")


def test_a_file_of_torch_save_is_read(tmp_path: Path) -> None:
    torch.save(tensors(), tmp_path / "saved.pkl")
    check(tmp_path / "saved.pkl")


def test_npz_safetensors_and_parquet_are_read_in_both_layouts(tmp_path: Path) -> None:
    ids, matrix = list(VECTORS), np.array(list(VECTORS.values()), dtype=np.float32)
    np.savez(tmp_path / "each.npz", **arrays())
    np.savez(tmp_path / "table.npz", ids=np.array(ids), vectors=matrix)
    save_file(tensors(), tmp_path / "each.safetensors")
    save_file({"vectors": torch.tensor(matrix)}, tmp_path / "table.safetensors", {"ids": json.dumps(ids)})
    pd.DataFrame({"id": ids, "vector": list(matrix)}).to_parquet(tmp_path / "table.parquet")
    for path in tmp_path.iterdir():
        check(path)


class Writes:
    """Unpickling it with plain pickle opens a file for writing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.path), "w")


class Runs:
    """Unpickling it with plain pickle runs a command."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.path}",)


class Buries:
    """Hides another pickle in what looks like a tensor's numbers."""

    def __init__(self, inner: object) -> None:
        self.inner = inner

    def __reduce__(self) -> tuple[object, tuple[bytes]]:
        return torch.storage._load_from_bytes, (pickle.dumps(self.inner, 2),)


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("hostile", [Writes, Runs, lambda path: Buries(Runs(path))], ids=["write", "run", "buried"])
def test_a_hostile_pickle_is_refused_before_it_runs(tmp_path: Path, hostile: type, protocol: int) -> None:
    victim = tmp_path / "written"
    content = {**arrays(), "attack": hostile(victim)}
    pickle.loads(pickle.dumps(Writes(victim)))
    assert victim.exists(), "the attack works where nobody refuses it"
    victim.unlink()

    with pytest.raises(InputError, match=r"hostile\.pkl: no pickle that can be read"):
        read_features(dump(tmp_path / "hostile.pkl", content, protocol))
    assert not victim.exists()


def test_the_refusal_names_what_the_pickle_asked_for(tmp_path: Path) -> None:
    path = dump(tmp_path / "hostile.pkl", {"attack": Writes(tmp_path / "written")})
    with pytest.raises(InputError, match=r"it asks for (io|_io|builtins)\.open; only arrays, tensors and plain"):
        read_features(path)


def test_a_hostile_file_of_torch_save_is_refused(tmp_path: Path) -> None:
    torch.save({"attack": Runs(tmp_path / "written")}, tmp_path / "hostile.pkl")
    with pytest.raises(InputError, match="no pickle that can be read"):
        read_features(tmp_path / "hostile.pkl")
    assert not (tmp_path / "written").exists()


def test_a_git_lfs_pointer_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "wn9_tf_clip.pkl"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n")
    with pytest.raises(InputError, match=r"wn9_tf_clip\.pkl: a Git LFS pointer, .* `git lfs pull`"):
        read_features(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1, 2], "a list of 2; a dictionary from id to vector is needed"),
        ({}, "a dict of 0"),
        ({"a": [1.0], "b": [1.0, 2.0]}, r"other than the first one's 1 numbers: 'b' \(1 in all\)"),
        ({"a": [1.0], "b": [float("nan")]}, r"not finite: 'b' \(1 in all\)"),
        ({"a": "text"}, "the vector of 'a' is no list of numbers but a str"),
        ({"a": np.zeros((2, 3))}, r"the vector of 'a' has the shape \(2, 3\)"),
        ({"a": np.array(["x", 1], dtype=object)}, "it holds an array of object"),
        ({1: [1.0], "1": [2.0]}, "once as a number and once as text"),
    ],
)
def test_what_is_no_table_of_vectors_is_refused(tmp_path: Path, content: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_features(dump(tmp_path / "features.pkl", content))


@pytest.mark.parametrize("ending", [".pkl", ".npz", ".safetensors", ".parquet"])
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"damaged{ending}"
    path.write_bytes(b"\x93NUMPY not at all")
    with pytest.raises(InputError, match=f"damaged{ending}: no .*(pickle|npz|safetensors|Parquet)"):
        read_features(path)


def test_an_unknown_ending_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"its ending is '\.txt'; allowed are \.pkl, \.pickle, \.npz"):
        read_features(tmp_path / "features.txt")
    with pytest.raises(InputError, match=r"features\.npz cannot be read: No such file"):
        read_features(tmp_path / "features.npz")


def test_the_digest_follows_the_content(tmp_path: Path) -> None:
    first, again = dump(tmp_path / "a.pkl", arrays()), dump(tmp_path / "b.pkl", arrays())
    other = dump(tmp_path / "c.pkl", {**arrays(), "monet": np.ones(3, dtype=np.float32)})
    assert read_features(first).digest == read_features(again).digest != read_features(other).digest


def test_several_vectors_of_an_id_count_as_their_mean_and_none_as_none(tmp_path: Path) -> None:
    content = {
        "list": [np.array([1.0, 0.0]), torch.tensor([3.0, 2.0])],
        "dictionary": {"front": [1.0, 1.0], "back": [2.0, 5.0]},
        "empty list": [],
        "empty dictionary": {},
        "zeros": [0.0, 0.0],
    }
    features = read_features(dump(tmp_path / "art_vf_clip.pkl", content))
    assert dict(zip(features.ids, features.vectors.tolist(), strict=True)) == {
        "list": [2.0, 1.0],
        "dictionary": [1.5, 3.0],
    }
    assert features.without == ["empty list", "empty dictionary", "zeros"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"a": [[1.0], [1.0, 2.0]]}, "the vectors of 'a' have 1 and 2 numbers"),
        ({"a": [], "b": [0.0]}, "none of its 2 ids has a vector"),
    ],
)
def test_vectors_that_have_no_mean_are_refused(tmp_path: Path, content: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_features(dump(tmp_path / "features.pkl", content))


def test_a_pattern_leaves_one_file_for_each_modality(tmp_path: Path) -> None:
    names = ["wn9_vf_clip.pkl", "wn9_tf_clip.pkl", "wn9_rf_clip.pkl", "wn9_vf_vit_b_16.pkl", "wn9_tf_bert.npz"]
    for name in [*names, "README.md"]:
        (tmp_path / name).touch()
    clip = {"visual": tmp_path / "wn9_vf_clip.pkl", "textual": tmp_path / "wn9_tf_clip.pkl"}
    assert find_features(f"{tmp_path}/*_clip.pkl") == clip
    assert find_features(f"{tmp_path}/wn9_tf_bert.npz") == {"textual": tmp_path / "wn9_tf_bert.npz"}
    with pytest.raises(
        InputError, match=r"2 files of textual vectors: wn9_tf_bert\.npz, wn9_tf_clip\.pkl; .*_clip\.pkl"
    ):
        find_features(str(tmp_path))
    with pytest.raises(InputError, match=r"has no file of vectors; needed are names with vf or visual"):
        find_features(f"{tmp_path}/*_rf_*")


def test_a_folder_with_a_file_for_each_modality_needs_no_pattern(tmp_path: Path) -> None:
    for name in ("visual.parquet", "textual.safetensors"):
        (tmp_path / name).touch()
    assert set(find_features(str(tmp_path))) == {"visual", "textual"}
