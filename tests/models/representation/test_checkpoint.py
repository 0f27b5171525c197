"""A model on disk: equal scores in another process, and no mixing up of entities, relations or encoders."""

import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch_geometric.data import HeteroData

from base.errors import InputError
from models.config import TrainConfig
from models.experts.earlier import of_today
from models.ranking.scores import Scores
from models.representation.checkpoint import CONFIG, METRICS, MODEL, VOCABULARY, Checkpoint
from models.tensor_file import load_tensors, save_tensors
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph

Builder = Callable[..., HeteroData]
SMALL = TrainConfig(dimension=8, batch_size=32, epochs=2, patience=None)
FACTS = [("senecio", "paintedBy", "klee", "train"), ("senecio", "hasStyle", "abstract", "train")]
ENTITIES = {"senecio": "Painting", "klee": "Artist", "abstract": "Style"}
TEXTS = {"textual": {"senecio": [1.0, 0.0], "klee": [0.0, 1.0], "abstract": [0.6, 0.8]}}

SCORE_IN_ANOTHER_PROCESS = """
import sys, torch
from pathlib import Path
from models.representation.checkpoint import Checkpoint
from models.ranking.scores import Scores
from models.tensor_file import save_tensors
model = Checkpoint.load(Path(sys.argv[1])).model
with torch.no_grad():
    pairs = torch.tensor([[0, 0], [5, 1], [9, 2]])
    save_tensors({"scores": Scores.of_model(model).score_all(pairs, "head")}, Path(sys.argv[2]))
"""


def head_scores(checkpoint: Checkpoint) -> Tensor:
    with torch.no_grad():
        return Scores.of_model(checkpoint.model).score_all(torch.tensor([[0, 0], [5, 1], [9, 2]]), "head")


@pytest.mark.processes
def test_scores_are_equal_in_a_new_process(gallery: HeteroData, tmp_path: Path) -> None:
    checkpoint = train(gallery, SMALL, tmp_path / "model", device="cpu")
    call = [sys.executable, "-c", SCORE_IN_ANOTHER_PROCESS, str(tmp_path / "model"), str(tmp_path / "scores")]
    subprocess.run(call, check=True, cwd=Path(__file__).parents[3])
    assert torch.equal(load_tensors(tmp_path / "scores")[0]["scores"], head_scores(checkpoint))


@pytest.mark.parametrize(
    "options",
    [
        {"imaginary": "inductive", "fusion": "concat", "adapter": True},
        {"scorer": "transe", "fusion": "weighted", "fine_tune": True, "experts": (), "reciprocal": False},
        {"scorer": "rotate", "imaginary": "table", "modalities": ("textual", "visual")},
        {"experts": ("similarity", "popularity")},
        {"experts": ("facts",), "fact_columns": 7},
        {"nystroem_components": {"textual": 30, "visual": 10}},
        {"scorer": "transe", "normalise_relations": False, "adapter": True, "adapter_place": "projected"},
    ],
    ids=str,
)
def test_scores_are_equal_after_loading(gallery: HeteroData, tmp_path: Path, options: dict[str, object]) -> None:
    checkpoint = train(gallery, SMALL.model_copy(update=options), tmp_path, device="cpu")
    assert torch.equal(head_scores(Checkpoint.load(tmp_path)), head_scores(checkpoint))


@pytest.mark.parametrize("name", ["experts", "defaults_without_features", "distances", "facts"])
def test_models_of_before_score_as_they_did(gallery_of_before: HeteroData, name: str) -> None:
    """Trained by versions before experts had a part of their own, and before weights went by the candidate too."""
    folder = Path(__file__).parents[2] / "fixtures" / "models_of_before" / name
    checkpoint, graph = Checkpoint.load(folder), KnowledgeGraph.from_hetero(gallery_of_before)
    mapped = Checkpoint.load(folder, mapped=True).model.state_dict()
    assert all(torch.equal(mapped[part], value) for part, value in checkpoint.model.state_dict().items())
    pairs = torch.cartesian_prod(torch.arange(0, graph.num_entities, 4), torch.arange(graph.num_relations))
    for model in (checkpoint.model, checkpoint.model_for(graph), checkpoint.model_for(replace(graph, fingerprint=""))):
        for side, expected in load_tensors(folder / "scores.safetensors")[0].items():
            torch.testing.assert_close(Scores.of_model(model).score_all(pairs, side), expected)  # type: ignore[arg-type]


def test_weights_from_before_the_known_entity_had_one_give_it_none() -> None:
    weights = torch.rand(4, 2, 3)
    today = of_today({"trust.weights": weights}, parts=4)["ensemble.weights.weights"]
    assert all(torch.equal(today[:, :, 0], today[:, :, state]) for state in (1, 2))
    today = today[:, :, 0]
    assert torch.equal(today[:, 11], weights[:, 1, [0, 1, 1, 2]] * torch.tensor([1, 1, 0, 1]))
    assert torch.equal(today[:, 7], weights[:, 0, [0, 1, 1, 2]] * torch.tensor([1, 1, 0, 1]))  # no training facts


def test_vocabulary_and_metrics_come_back(gallery: HeteroData, tmp_path: Path) -> None:
    saved = train(gallery, SMALL, tmp_path, device="cpu")
    loaded = Checkpoint.load(tmp_path)
    for name in ("config", "entities", "entity_types", "relations", "encoders", "fingerprint", "metrics"):
        assert getattr(loaded, name) == getattr(saved, name)
    assert loaded.entity_types[loaded.entities.index("klee")] == "Artist"


@pytest.mark.parametrize("landmarks", [{}, {"textual": 3}], ids=str)
def test_a_changed_graph_keeps_trained_vectors_and_takes_new_entities_by_their_features(  # type: ignore[no-untyped-def]
    hetero, tmp_path: Path, landmarks: dict[str, int]
) -> None:
    config = SMALL.model_copy(update={"nystroem_components": landmarks})
    checkpoint = train(hetero(ENTITIES, FACTS, TEXTS), config, tmp_path, device="cpu")
    old = KnowledgeGraph.from_hetero(hetero(ENTITIES, FACTS, TEXTS))
    grown = hetero(
        {"arp": "Artist", "untitled": "Painting"} | ENTITIES,
        [*FACTS, ("untitled", "paintedBy", "arp", "train")],
        {"textual": {"untitled": [1.0, 0.0]} | TEXTS["textual"]},
    )
    new = KnowledgeGraph.from_hetero(grown)
    before, after = (model.fused_representations() for model in (checkpoint.model, checkpoint.model_for(new)))
    for entity in ENTITIES:
        torch.testing.assert_close(after[new.entities.index(entity)], before[old.entities.index(entity)])
    text_alone = checkpoint.model.modalities["textual"](torch.tensor([old.entities.index("senecio")]))[0]
    torch.testing.assert_close(after[new.entities.index("untitled")], text_alone)
    assert torch.count_nonzero(after[new.entities.index("arp")]) == 0


def test_relations_are_found_by_name_in_a_changed_graph(hetero, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    config = SMALL.model_copy(update={"experts": ("popularity",)})
    checkpoint = train(hetero(ENTITIES, FACTS, TEXTS), config, tmp_path, device="cpu")
    painted_only = KnowledgeGraph.from_hetero(hetero(ENTITIES, FACTS[:1], TEXTS))
    model = checkpoint.model_for(painted_only)
    row = checkpoint.relations.index("paintedBy")
    for side in ("tail", "head"):
        assert torch.equal(model.relation_vectors(side)[0], checkpoint.model.relation_vectors(side)[row])  # type: ignore[arg-type]
    klee = painted_only.entities.index("klee")
    assert model.ensemble is not None
    counts = model.get_buffer("ensemble.experts.popularity.counts")
    assert counts[klee].tolist() == pytest.approx([math.log(2), 0])  # it is painter of one, head of none


def test_the_graph_of_training_gets_the_very_model(gallery: HeteroData, tmp_path: Path) -> None:
    checkpoint = train(gallery, SMALL, tmp_path, device="cpu")
    assert checkpoint.model_for(KnowledgeGraph.from_hetero(gallery)) is checkpoint.model


@pytest.mark.parametrize("fine_tune", [False, True])
def test_a_loaded_model_holds_the_frozen_features_of_its_graph(
    gallery: HeteroData, tmp_path: Path, fine_tune: bool
) -> None:
    train(gallery, SMALL.model_copy(update={"fine_tune": fine_tune}), tmp_path, device="cpu")
    loaded, graph = Checkpoint.load(tmp_path), KnowledgeGraph.from_hetero(gallery)
    before = head_scores(loaded)
    assert loaded.model_for(graph) is loaded.model
    assert torch.equal(head_scores(loaded), before)
    shared = loaded.model.features_of["textual"].vectors.data_ptr() == graph.features["textual"].vectors.data_ptr()
    assert shared is not fine_tune


def test_other_encoders_and_unknown_relations_are_refused(hetero, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    checkpoint = train(hetero(ENTITIES, FACTS, TEXTS), SMALL, tmp_path, device="cpu")
    more = KnowledgeGraph.from_hetero(hetero(ENTITIES, [*FACTS, ("klee", "bornIn", "abstract", "train")], TEXTS))
    with pytest.raises(InputError, match=r"not trained on: \['bornIn'\]"):
        checkpoint.model_for(more)
    changed = hetero(ENTITIES, FACTS[:1], TEXTS)
    changed.encoders["textual"]["digest"] = "1" * 64
    with pytest.raises(InputError, match="trained on textual vectors of"):
        checkpoint.model_for(KnowledgeGraph.from_hetero(changed))


def test_what_is_not_a_finished_model_is_said(gallery: HeteroData, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"no finished model .{METRICS} is missing"):
        Checkpoint.load(tmp_path)
    train(gallery, SMALL, tmp_path, device="cpu")
    (tmp_path / CONFIG).write_text('{"scorer": "transh"}')
    with pytest.raises(InputError, match=CONFIG):
        Checkpoint.load(tmp_path)
    (tmp_path / CONFIG).write_text(SMALL.model_copy(update={"scorer": "transe"}).model_dump_json())
    with pytest.raises(InputError, match="does not fit"):
        Checkpoint.load(tmp_path)
    (tmp_path / MODEL).write_bytes(b"cut off")
    with pytest.raises(InputError, match="not a complete safetensors file"):
        Checkpoint.load(tmp_path)


@pytest.mark.parametrize("name", [MODEL, VOCABULARY])
def test_numbers_and_ids_that_were_damaged_are_noticed(gallery: HeteroData, tmp_path: Path, name: str) -> None:
    train(gallery, SMALL, tmp_path, device="cpu")
    file = tmp_path / name
    content = bytearray(file.read_bytes())
    place = len(content) * 3 // 4 if name == MODEL else content.index(b'"entities": [') + 20
    content[place] ^= 1
    file.write_bytes(content)
    for mapped in (False, True):
        with pytest.raises(
            InputError, match=rf"{file} is damaged: .* Restore both from a backup, or delete {tmp_path}"
        ):
            Checkpoint.load(tmp_path, mapped)
    file.with_suffix(".crc32").unlink()
    Checkpoint.load(tmp_path)  # as models of before there were checksums


def test_projected_imaginary_parts_are_the_same_after_loading_where_all_entities_are_seen(
    hetero: Builder, tmp_path: Path
) -> None:
    """Who has a row of its own is what the checkpoint says, not what can be told before its tensors are read."""
    texts = {"textual": {name: vector for name, vector in TEXTS["textual"].items() if name != "klee"}}
    data = hetero(ENTITIES, FACTS, texts)
    made = train(data, SMALL.model_copy(update={"imaginary": "inductive"}), tmp_path / "model", device="cpu")
    with torch.no_grad():
        made.model.imaginary.gate.fill_(1.0)
    made.save(tmp_path / "model")
    loaded = Checkpoint.load(tmp_path / "model")
    assert torch.equal(loaded.model.fused_representations(), made.model.fused_representations())


def test_a_model_that_shared_a_projection_before_there_was_one_keeps_its_vectors(
    hetero: Builder, tmp_path: Path
) -> None:
    features = {**TEXTS, "visual": TEXTS["textual"]}
    settings = TrainConfig(dimension=2, scorer="distmult", epochs=1, shared_projection=True, experts=())
    made = train(hetero(ENTITIES, FACTS, features), settings, tmp_path / "model", device="cpu")
    tensors, _ = load_tensors(tmp_path / "model" / "model.safetensors")
    before = {name: tensor for name, tensor in tensors.items() if not name.endswith("projection.weight")}
    assert len(before) == len(tensors) - 2
    save_tensors(before, tmp_path / "model" / "model.safetensors")
    (tmp_path / "model" / "model.crc32").unlink()  # there was none either
    loaded = Checkpoint.load(tmp_path / "model").model
    textual = loaded.modalities["textual"]
    assert torch.equal(textual(None), textual.vectors)
    assert made.config == loaded.config


def test_a_vocabulary_that_lacks_what_it_should_hold_is_refused(gallery: HeteroData, tmp_path: Path) -> None:
    train(gallery, SMALL, tmp_path / "model", device="cpu")
    (tmp_path / "model" / "vocabulary.json").write_text("{}")
    with pytest.raises(InputError, match="fingerprint, encoders, relations, entities, entity_types are missing"):
        Checkpoint.load(tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").unlink()
    with pytest.raises(InputError):
        Checkpoint.load(tmp_path / "model")
