"""Everything that takes a device finds on a GPU what it finds on the CPU; the GPU is a pretended one."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from torch_geometric.data import HeteroData

from models.calibration.calibration import calibrate, label_links
from models.calibration.deciding_experts import deciding_experts
from models.config import TrainConfig
from models.evaluation.evaluation import evaluate
from models.explanation.evidence import evidence
from models.prediction.prediction import predict
from models.prediction.unlikely_facts import find_unlikely_facts
from models.ranking.candidates import Choice
from models.ranking.prediction_context import PredictionContext
from models.representation.checkpoint import Checkpoint
from models.rules.rule_set import mine
from models.training.loop import train
from models.triples.knowledge_graph import KnowledgeGraph
from tests.models.pretended_gpu import OnGPU, pretended_gpu

SMALL = TrainConfig(dimension=8, batch_size=32, epochs=2, patience=None)


def test_the_pretended_gpu_refuses_what_a_gpu_refuses() -> None:
    with pretended_gpu() as gpu:
        there, here = torch.ones(3, device=gpu), torch.ones(3)
        assert isinstance(there, OnGPU)
        assert there.is_cuda
        assert (there + 1).cpu().tolist() == [2, 2, 2]
        with pytest.raises(AssertionError, match="all tensors have to be on one device"):
            there + here
        with pytest.raises(AssertionError, match="named on the GPU"):
            here[torch.zeros(1, dtype=torch.long, device=gpu)]
        with pytest.raises(TypeError, match="to numpy"):
            there.numpy()


@pytest.mark.parametrize(
    ("options", "room"),
    [
        ({}, 0),
        ({"loss": "one_vs_all", "negative_filter": "none", "scorer": "transe", "n3": 0}, math.inf),
        ({"loss": "k_vs_all", "nystroem_components": {"textual": 40}}, 0),
        ({"loss": "logistic", "negative_sampling": "independent", "negatives": 20, "scorer": "distmult"}, math.inf),
        ({"negative_sampling": "independent", "negative_candidates": "pseudo_typed", "negatives": 20}, math.inf),
        ({"loss": "self_adversarial", "negative_sampling": "independent", "scorer": "rotate"}, math.inf),
        ({"optimizer": "adam", "learning_rate": 0.01, "fusion": "weighted", "fine_tune": True}, 0),
        ({"imaginary": "inductive", "fusion": "concat", "adapter": True}, 0),
    ],
    ids=str,
)
def test_training(gallery: HeteroData, options: dict[str, Any], room: float, tmp_path: Path) -> None:
    config = SMALL.model_copy(update=options)
    here = train(gallery, config, tmp_path / "cpu", device="cpu")
    with pretended_gpu(room) as gpu:
        there = train(gallery, config, tmp_path / "gpu", device=gpu)
    assert there.metrics["validation_mrr"] == pytest.approx(here.metrics["validation_mrr"], abs=1e-6)
    for (name, one), other in zip(here.model.state_dict().items(), there.model.state_dict().values(), strict=True):
        assert torch.allclose(one, other, atol=1e-5), name


@pytest.fixture(scope="module")
def folder(gallery: HeteroData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the gallery with all experts."""
    place = tmp_path_factory.mktemp("model")
    train(gallery, SMALL, place, device="cpu")
    return place


@pytest.fixture(params=[math.inf, 0], ids=["features on the GPU", "features on the host"])
def contexts(
    request: pytest.FixtureRequest, graph: KnowledgeGraph, folder: Path
) -> Iterator[tuple[PredictionContext, PredictionContext]]:
    """The model on the CPU and on the GPU, which is there for the time of a test."""
    here = PredictionContext.of("model", Checkpoint.load(folder), graph, None, top_k=3)
    with pretended_gpu(request.param) as gpu:
        there = PredictionContext.of("model", Checkpoint.load(folder), graph, None, top_k=3, device=gpu)
        assert there.scores.device.type != "cpu"
        held = [part.vectors for part in there.model.feature_modalities]
        assert {isinstance(vectors, OnGPU) for vectors in held} == {request.param > 0}
        yield here, there


Both = tuple[PredictionContext, PredictionContext]


@pytest.mark.parametrize("candidates", ["all", "typed", "observed"])
def test_evaluation(contexts: Both, candidates: Choice) -> None:
    here, there = (evaluate(of.scores, of.graph, candidates=candidates) for of in contexts)
    assert there.mrr == pytest.approx(here.mrr)
    assert there.relations.keys() == here.relations.keys()


def test_calibration_and_links_and_their_evidence(contexts: Both) -> None:
    found = []
    for of in contexts:
        calibration = calibrate(of.scores, of.graph, of.patterns, seen=of.seen, top_k=of.top_k)
        links = predict(
            of.scores_today, of.graph, patterns=of.patterns, calibration=calibration, seen=of.seen, all_heads=True
        )
        rules = mine(of.graph.triples["train"].numpy(), of.graph.num_entities, of.graph.num_relations)
        reasons = evidence(of.model, of.graph, rules, links, scores=of.scores_today)
        found.append(pd.concat([links, reasons], axis=1))
    assert len(found[0]) > 0
    pd.testing.assert_frame_equal(*found, atol=1e-5)


def test_what_decides_about_links(contexts: Both) -> None:
    said = []
    for of in contexts:
        judged = label_links(of.scores, of.graph, of.patterns, seen=of.seen, hidden=("test",), top_k=of.top_k)
        said.append(deciding_experts(of.scores, judged.links))
    assert said[0] == said[1]
    assert said[0]


def test_unlikely_facts(contexts: Both) -> None:
    pd.testing.assert_frame_equal(*(find_unlikely_facts(of.model, of.graph) for of in contexts), atol=1e-5)
