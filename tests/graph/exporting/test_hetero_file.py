"""Exported graphs as files."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from torch_geometric.data import HeteroData

from base.errors import InputError
from graph.exporting import hetero_file
from graph.exporting.fingerprint import fingerprint
from graph.exporting.packed_strings import pack, unpack

NAMES = ["Nighthawks", "", "神奈川沖浪裏", "Café 'à' \"la\" `\n\0", "🎨\u202e", "\ud800 lone"]


@pytest.fixture
def data() -> HeteroData:
    """Six paintings, one of them with a picture; a label with a dot, a blank and a backtick."""
    data = HeteroData()
    data["Art.work `x`"].id = [f"q{i}" for i in range(6)]
    data["Art.work `x`"].name = NAMES
    data["Art.work `x`"].num_nodes = 6
    data["Art.work `x`"].held_out = torch.tensor([False, True, False, False, False, False])
    data["Art.work `x`"].visual = torch.arange(12, dtype=torch.float32).reshape(6, 2) / 7
    data["Art.work `x`"].visual_mask = torch.tensor([True, False, False, False, False, False])
    data["Leer"].id = []
    data["Leer"].name = []
    data["Leer"].num_nodes = 0
    store = data["Art.work `x`", "is.like", "Art.work `x`"]
    store.edge_index = torch.tensor([[0, 1, 5], [1, 1, 0]])
    store.train_mask = torch.tensor([True, True, False])
    store.rejected_edge_index = torch.zeros(2, 0, dtype=torch.int64)
    data.encoders = {"visual": {"name": "ünit", "digest": "d", "dimension": 2}}
    data.fingerprint = fingerprint(data)
    return data


@pytest.mark.parametrize("mapped", [False, True])
def test_a_graph_comes_back_equal(data: HeteroData, tmp_path: Path, mapped: bool) -> None:
    hetero_file.save(data, tmp_path / "deep" / "graph.safetensors")
    assert_equal(hetero_file.load(str(tmp_path / "deep" / "graph.safetensors"), mapped=mapped), data)


@pytest.mark.parametrize("mapped", [False, True])
def test_a_file_of_before_comes_back_equal(data: HeteroData, mapped: bool) -> None:
    """It was made of this graph when each type had tables of its own."""
    store = data["Leer"]
    store.visual, store.visual_mask = torch.empty(0, 2), torch.empty(0, dtype=torch.bool)
    store.held_out = torch.empty(0, dtype=torch.bool)
    data.fingerprint = fingerprint(data)
    file = Path(__file__).parents[2] / "fixtures" / "graphs_of_before" / "hetero_1.safetensors"
    assert_equal(hetero_file.load(file, mapped=mapped), data)


def assert_equal(loaded: HeteroData, data: HeteroData) -> None:
    assert loaded.node_types == data.node_types
    assert loaded.edge_types == data.edge_types
    for kind in [*data.node_types, *data.edge_types]:
        assert set(loaded[kind].keys()) == set(data[kind].keys())
        for name, value in data[kind].items():
            if isinstance(value, torch.Tensor):
                assert loaded[kind][name].dtype == value.dtype
                assert torch.equal(loaded[kind][name], value)
            else:
                assert loaded[kind][name] == value
    assert loaded["Art.work `x`"].name == NAMES
    assert loaded.encoders == data.encoders
    assert loaded.fingerprint == data.fingerprint == fingerprint(loaded)


@pytest.mark.parametrize("mapped", [False, True])
def test_tables_of_a_loaded_graph_lie_one_below_the_other(data: HeteroData, tmp_path: Path, mapped: bool) -> None:
    data["Art"].visual, data["Leer"].visual = torch.rand(3, 2), torch.rand(1, 2)
    data["Art"].visual_mask = data["Leer"].visual_mask = torch.ones(1)
    data["Art"].only_here = torch.ones(3)
    data["Art"].num_nodes = 3
    hetero_file.save(data, tmp_path / "graph.safetensors")
    loaded = hetero_file.load(tmp_path / "graph.safetensors", mapped=mapped)
    kinds, parts = sorted(data.node_types), [loaded[kind].visual for kind in sorted(data.node_types)]
    assert [len(part) for part in parts] == [3, 6, 1]
    assert all(torch.equal(part, data[kind].visual) for kind, part in zip(kinds, parts, strict=True))
    assert [part.storage_offset() for part in parts] == [0, 6, 18]
    assert len({part.untyped_storage().data_ptr() for part in parts}) == 1
    assert loaded["Art"].only_here.tolist() == [1, 1, 1]


def test_saving_twice_leaves_one_file_and_nothing_beside_it(data: HeteroData, tmp_path: Path) -> None:
    path = tmp_path / "graph.safetensors"
    hetero_file.save(data, path)
    first = path.read_bytes()
    hetero_file.save(data, path)
    assert path.read_bytes() == first
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_save_keeps_the_old_file(data: HeteroData, tmp_path: Path) -> None:
    path = tmp_path / "graph.safetensors"
    hetero_file.save(data, path)
    before = path.read_bytes()
    data["Leer"].extra = {"not": "a tensor"}
    with pytest.raises(InputError, match="'extra' is dict"):
        hetero_file.save(data, path)
    assert path.read_bytes() == before


def test_the_file_runs_no_code_when_it_is_read(data: HeteroData, tmp_path: Path) -> None:
    path = tmp_path / "graph.safetensors"
    hetero_file.save(data, path)
    # The format's own frame: eight bytes of length, that much JSON, then raw numbers.
    length = int.from_bytes(path.read_bytes()[:8], "little")
    assert path.read_bytes()[8:9] == b"{"
    assert path.stat().st_size > 8 + length


@pytest.mark.parametrize("kept", [0, 4, 200, -1])
def test_a_file_cut_short_is_named(data: HeteroData, tmp_path: Path, kept: int) -> None:
    path = tmp_path / "graph.safetensors"
    hetero_file.save(data, path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(InputError, match=r"graph\.safetensors is no complete .* export the graph again"):
        hetero_file.load(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no file .*absent\.safetensors"):
        hetero_file.load(tmp_path / "absent.safetensors")
    save_file({"weight": np.zeros(3)}, tmp_path / "model.safetensors")
    with pytest.raises(InputError, match="not hold an exported graph"):
        hetero_file.load(tmp_path / "model.safetensors")
    save_file({}, tmp_path / "damaged.safetensors", metadata={hetero_file.FORMAT: "{}"})
    with pytest.raises(InputError, match="is damaged"):
        hetero_file.load(tmp_path / "damaged.safetensors")


def test_strings_are_packed_by_their_bytes() -> None:
    buffer, offsets = pack(["aé", "", "b"])
    assert bytes(buffer) == "aéb".encode()
    assert offsets.tolist() == [0, 3, 3, 4]
    assert unpack(buffer, offsets) == ["aé", "", "b"]
    with pytest.raises(ValueError, match="offsets"):
        unpack(buffer, np.array([0, 9]))


def test_the_fingerprint_follows_content_and_not_names(data: HeteroData) -> None:
    before = data.fingerprint
    data["Art.work `x`"].name = ["renamed"] * 6
    assert fingerprint(data) == before
    data["Art.work `x`", "is.like", "Art.work `x`"].train_mask[2] = True
    assert fingerprint(data) != before
