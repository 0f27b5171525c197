"""Small graphs as the export makes them, built by hand."""

import hashlib
from collections.abc import Callable, Iterable

import pytest
import torch
from torch_geometric.data import HeteroData

from models.config import TrainConfig
from models.ranking.scores import Scores
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph

Fact = tuple[str, str, str, str]
Builder = Callable[..., HeteroData]

ARTISTS = {"klee": "Paul Klee", "kandinsky": "Wassily Kandinsky", "monet": "Claude Monet"}
STYLES = {"abstract": "abstract art", "impressionism": "impressionism"}


def build_hetero(
    entities: dict[str, str],
    facts: Iterable[Fact],
    features: dict[str, dict[str, list[float]]] | None = None,
    rejected: Iterable[tuple[str, str, str]] = (),
    gate: Iterable[tuple[str, str, str]] = (),
) -> HeteroData:
    """HeteroData from entity id -> type, facts (head, relation, tail, split) and modality -> id -> vector.

    Facts named in `gate` are the half of validation kept for calibration.
    """
    facts, rejected, gate = list(facts), list(rejected), set(gate)
    data = HeteroData()
    types = sorted(set(entities.values()))
    ids = {kind: sorted(key for key, value in entities.items() if value == kind) for kind in types}
    place = {key: row for kind in types for row, key in enumerate(ids[kind])}
    hidden = {key for key in entities if not any(f[3] == "train" for f in facts if key in (f[0], f[2]))}
    for kind in types:
        data[kind].id = ids[kind]
        data[kind].num_nodes = len(ids[kind])
        data[kind].name = [key.replace("_", " ") for key in ids[kind]]
        data[kind].held_out = torch.tensor([key in hidden for key in ids[kind]], dtype=torch.bool)
        for modality, vectors in (features or {}).items():
            width = len(next(iter(vectors.values())))
            rows = [vectors.get(key, [0.0] * width) for key in ids[kind]]
            data[kind][modality] = torch.tensor(rows, dtype=torch.float32)
            data[kind][f"{modality}_mask"] = torch.tensor([key in vectors for key in ids[kind]], dtype=torch.bool)
    every = [(head, relation, tail) for head, relation, tail, _ in facts] + rejected
    for kind in sorted({(entities[h], r, entities[t]) for h, r, t in every}):
        own = [f for f in facts if (entities[f[0]], f[1], entities[f[2]]) == kind]
        refused = [f for f in rejected if (entities[f[0]], f[1], entities[f[2]]) == kind]
        store = data[kind]
        store.edge_index = _index([(f[0], f[2]) for f in own], place)
        for split in ("train", "val", "test"):
            store[f"{split}_mask"] = torch.tensor([f[3] == split for f in own], dtype=torch.bool)
        store.gate_mask = torch.tensor([f[:3] in gate for f in own], dtype=torch.bool) & store.val_mask
        store.rejected_edge_index = _index([(h, t) for h, _, t in refused], place)
    data.encoders = {
        modality: {"name": "by-hand", "digest": "0" * 64, "dimension": len(next(iter(vectors.values())))}
        for modality, vectors in (features or {}).items()
    }
    content = repr((sorted(entities.items()), sorted(facts), features, sorted(rejected), sorted(gate)))
    data.fingerprint = hashlib.sha256(content.encode()).hexdigest()
    return data


def _index(pairs: list[tuple[str, str]], place: dict[str, int]) -> torch.Tensor:
    return torch.tensor([[place[h], place[t]] for h, t in pairs], dtype=torch.long).reshape(-1, 2).T


@pytest.fixture(scope="session")
def hetero() -> Builder:
    """`hetero(entities, facts, features=None, rejected=(), gate=())`: see `build_hetero`."""
    return build_hetero


def build_gallery(paintings: int = 60, seed: int = 0) -> HeteroData:
    """Paintings of three artists and two styles that can be told by their text vectors.

    Every fifth painting is unseen: its facts are test (even) or validation (odd). Every third has a picture.
    """
    generator = torch.Generator().manual_seed(seed)
    centres = dict(zip(ARTISTS, torch.eye(8)[:3], strict=True))
    style = {"klee": "abstract", "kandinsky": "abstract", "monet": "impressionism"}
    entities = dict.fromkeys(ARTISTS, "Artist") | dict.fromkeys(STYLES, "Style")
    facts: list[Fact] = [(artist, "worksIn", style[artist], "train") for artist in ARTISTS]
    textual, visual = {}, {}
    for number in range(paintings):
        key, artist = f"painting_{number:03}", list(ARTISTS)[number % 3]
        entities[key] = "Painting"
        split = "train" if number % 5 else ("test" if number % 2 == 0 else "val")
        facts += [(key, "paintedBy", artist, split), (key, "hasStyle", style[artist], split)]
        textual[key] = (centres[artist] + 0.1 * torch.randn(8, generator=generator)).tolist()
        if number % 3 == 0:
            visual[key] = (centres[artist][:6] + 0.1 * torch.randn(6, generator=generator)).tolist()
    held = [f[:3] for f in facts if f[3] == "val"][::2]
    return build_hetero(entities, facts, {"textual": textual, "visual": visual}, gate=held)


@pytest.fixture(scope="session")
def gallery() -> HeteroData:
    """The small gallery of `build_gallery`; not to be changed by a test."""
    return build_gallery()


@pytest.fixture(scope="session")
def graph(gallery: HeteroData) -> KnowledgeGraph:
    """The gallery as models see it."""
    return KnowledgeGraph.from_hetero(gallery)


@pytest.fixture(scope="session")
def scores(gallery: HeteroData, tmp_path_factory: pytest.TempPathFactory) -> Scores:
    """Those of a model of the gallery with all experts, hardly trained."""
    config = TrainConfig(dimension=8, batch_size=32, epochs=2, patience=None)
    return Scores.of_model(train(gallery, config, tmp_path_factory.mktemp("model"), device="cpu").model)


@pytest.fixture(scope="session")
def make_gallery() -> Callable[..., HeteroData]:
    """`make_gallery(paintings=60, seed=0)`: see `build_gallery`."""
    return build_gallery


@pytest.fixture(scope="session")
def gallery_of_before() -> HeteroData:
    """That of which tests/fixtures/models_of_before are models."""
    return build_gallery(20)
