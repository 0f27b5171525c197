"""Training: it learns, repeats itself, resumes to the same bits, and knows training facts only."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch_geometric.data import HeteroData

from base.errors import InputError
from flows.runtime import hyperparameters
from models.config import TrainConfig
from models.experts.weight_fit import WeightFit
from models.ranking.scores import Scores
from models.representation.checkpoint import Checkpoint
from models.representation.vlkge import VLKGE
from models.scoring.scorers import SCORERS, DistMult
from models.training import loop
from models.training.batches import Batch, Batches, QueryBatch, epochs
from models.training.divergence import refuse_divergence
from models.training.loop import Run, train
from models.training.optimizers import Adagrad
from models.training.states import STATE
from models.training.steps import train_step
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.sides import Side
from tests.models.scored import score_triples

SMALL = TrainConfig(dimension=8, batch_size=32, epochs=3, patience=None)


def weights(model: VLKGE) -> dict[str, Tensor]:
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


def assert_same_bits(one: VLKGE, other: VLKGE) -> None:
    for (name, left), right in zip(weights(one).items(), weights(other).values(), strict=True):
        assert torch.equal(left, right), name


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"loss": "one_vs_all"},
        {"loss": "one_vs_all", "negative_filter": "none", "scorer": "transe", "n3": 0},
        {"loss": "k_vs_all"},
        {"nystroem_components": {"textual": 40}},
        {"loss": "logistic", "negative_sampling": "independent", "negatives": 20, "scorer": "distmult"},
        {"loss": "self_adversarial", "negative_sampling": "independent", "negatives": 20, "scorer": "rotate"},
        {
            "negative_sampling": "independent",
            "negative_candidates": "pseudo_typed",
            "negatives": 20,
            "scorer": "transe",
        },
        {"optimizer": "adam", "learning_rate": 0.01, "n3": 1e-3, "fusion": "weighted", "fine_tune": True},
        {
            "scorer": "complex",
            "imaginary": "inductive",
            "adapter": True,
            "reciprocal": False,
            "corruption_scheme": "tail",
        },
    ],
    ids=lambda options: "-".join(map(str, options.values())) or "defaults",
)
def test_the_loss_falls_and_unseen_paintings_find_their_painter(
    gallery: HeteroData, tmp_path: Path, options: dict[str, object]
) -> None:
    config = TrainConfig.model_validate(SMALL.model_dump() | {"epochs": 20, "structural_dropout": 0.5} | options)
    checkpoint = train(gallery, config, tmp_path, device="cpu")
    history = checkpoint.metrics["history"]
    assert history[-1]["loss"] < 0.8 * history[0]["loss"]
    graph = KnowledgeGraph.from_hetero(gallery)
    test = graph.triples["test"]
    test = test[test[:, 1] == graph.relations.index("paintedBy")]
    artists = (graph.entity_types == graph.type_names.index("Artist")).nonzero()[:, 0]
    scores = Scores.of_model(checkpoint.model).score_all(test[:, :2], "tail", artists)
    right = (artists[scores.argmax(1)] == test[:, 2]).float().mean()
    assert right > 0.6  # one in three by chance


def test_the_same_seed_gives_the_same_metrics_and_another_seed_others(gallery: HeteroData, tmp_path: Path) -> None:
    first, again = (train(gallery, SMALL, tmp_path / name, device="cpu") for name in ("first", "again"))
    other = train(gallery, SMALL.model_copy(update={"seed": 7}), tmp_path / "other", device="cpu")
    assert_same_bits(first.model, again.model)
    losses = [[row["loss"] for row in run.metrics["history"]] for run in (first, again, other)]
    assert losses[0] == losses[1] != losses[2]


class Interrupted(Exception):
    pass


@pytest.mark.parametrize("optimizer", ["adagrad", "adam"])
def test_a_resumed_training_equals_an_uninterrupted_one_bit_for_bit(
    gallery: HeteroData, tmp_path: Path, optimizer: str
) -> None:
    config = SMALL.model_copy(update={"epochs": 4, "patience": 4, "optimizer": optimizer})
    whole = train(gallery, config, tmp_path / "whole", device="cpu")

    def power_cut(done: int, total: int, note: str = "") -> None:  # noqa: ARG001
        if done > 0.6 * total:  # in the middle of the third epoch
            raise Interrupted

    with pytest.raises(Interrupted):
        train(gallery, config, tmp_path / "cut", device="cpu", progress=power_cut)
    assert (tmp_path / "cut" / STATE).exists()
    torch.rand(100)  # another process has another random state
    resumed = train(gallery, config, tmp_path / "cut", device="cpu")
    assert_same_bits(whole.model, resumed.model)
    timeless = [
        [{key: value for key, value in row.items() if key != "seconds"} for row in run.metrics["history"]]
        for run in (whole, resumed)
    ]
    assert timeless[0] == timeless[1]


def test_validation_and_test_facts_never_reach_the_weights(gallery: HeteroData, tmp_path: Path) -> None:
    poisoned = gallery.clone()
    generator = torch.Generator().manual_seed(0)
    for edge_type in poisoned.edge_types:
        store = poisoned[edge_type]
        hidden = (~store.train_mask).nonzero()[:, 0]
        tails = poisoned[edge_type[2]].num_nodes
        store.edge_index = store.edge_index.clone()
        store.edge_index[1, hidden] = torch.randint(tails, (len(hidden),), generator=generator)
    facts = KnowledgeGraph.from_hetero(gallery), KnowledgeGraph.from_hetero(poisoned)
    assert not torch.equal(facts[0].triples["test"], facts[1].triples["test"])
    clean, other = (
        train(data, SMALL, tmp_path / name, device="cpu") for data, name in ((gallery, "clean"), (poisoned, "other"))
    )
    assert_same_bits(clean.model, other.model)


def test_gate_facts_stand_beside_the_questions_of_the_fit_and_are_never_asked(
    gallery: HeteroData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Works arrive with all their facts; with half of them, weights would not trust what reads facts as it deserves."""
    graph = KnowledgeGraph.from_hetero(gallery)
    asked, beside = [], []

    def noting(_opinions: object, _known: object, facts: Tensor, _seed: int, held_back: Tensor) -> WeightFit:
        asked.append(facts)
        beside.append(held_back)
        return WeightFit(kept=False, fitted=0, first_alone=0, strength=1)

    monkeypatch.setattr(loop, "fit", noting)
    train(gallery, SMALL, tmp_path)
    assert len(graph.triples["gate"]) > 0
    assert {tuple(fact) for fact in asked[0].tolist()} == {tuple(fact) for fact in graph.triples["val"].tolist()}
    both = torch.cat([graph.triples["val"], graph.triples["gate"]])
    assert torch.equal(beside[0], both)


def test_the_epoch_of_the_best_validation_is_kept_and_patience_ends_training(
    gallery: HeteroData, tmp_path: Path
) -> None:
    config = SMALL.model_copy(update={"epochs": 60, "patience": 2, "experts": ()})  # the figures are of fused vectors
    metrics = train(gallery, config, tmp_path, device="cpu").metrics
    course = [row["validation_mrr"] for row in metrics["history"]]
    assert metrics["validation_mrr"] == max(course)
    assert course.index(max(course)) == metrics["best_epoch"] - 1
    assert metrics["epochs"] == metrics["best_epoch"] + 2 < 60


@pytest.mark.parametrize("loss", ["sampled_softmax", "k_vs_all"])
def test_what_people_rejected_is_scored_lower_than_without_their_verdict(hetero, tmp_path: Path, loss: str) -> None:  # type: ignore[no-untyped-def]
    entities = {"klee": "Artist", "monet": "Artist", "senecio": "Painting", "fish_magic": "Painting"}
    facts = [("senecio", "paintedBy", "klee", "train"), ("fish_magic", "paintedBy", "monet", "train")]
    data = hetero(entities, facts, rejected=[("fish_magic", "paintedBy", "klee")])
    graph = KnowledgeGraph.from_hetero(data)
    scores = []
    for weight in (0.0, 5.0):
        config = SMALL.model_copy(update={"epochs": 30, "loss": loss, "rejected_weight": weight})
        model = train(data, config, tmp_path / str(weight), device="cpu").model
        scores.append(score_triples(model, graph.rejected).item())
    assert scores[1] < min(0, scores[0])


def test_a_rejection_counts_as_much_as_one_fact_however_few_there_are(hetero) -> None:  # type: ignore[no-untyped-def]
    """Of two rejections in a batch, each has the part of the loss that one of them has alone."""
    entities = {"klee": "Artist", "monet": "Artist", "senecio": "Painting", "fish_magic": "Painting"}
    facts = [("senecio", "paintedBy", "klee", "train"), ("fish_magic", "paintedBy", "monet", "train")]
    turned_down = [("fish_magic", "paintedBy", "klee"), ("senecio", "paintedBy", "monet")]
    losses: list[float] = []
    for rejected in ([], turned_down[:1], turned_down[1:], turned_down):
        graph = KnowledgeGraph.from_hetero(hetero(entities, facts, rejected=rejected))
        torch.manual_seed(1)
        config = SMALL.model_copy(update={"loss": "one_vs_all", "dropout": 0.0, "structural_dropout": 0.0})
        model = VLKGE.from_graph(config, graph)
        (batch,) = epochs(graph, model.config).epoch(0)
        losses.append(train_step(model, batch).item())
    none, first, second, both = losses
    assert min(first, second) > none
    assert both - none == pytest.approx((first - none) + (second - none), rel=1e-3)


def test_a_finished_training_is_read_back(gallery: HeteroData, tmp_path: Path) -> None:
    first = train(gallery, SMALL, tmp_path, device="cpu")
    steps: list[int] = []
    again = train(gallery, SMALL, tmp_path, device="cpu", progress=lambda *report: steps.append(report[0]))
    assert_same_bits(first.model, again.model)
    assert steps == []


def test_a_folder_with_another_training_is_refused(gallery: HeteroData, tmp_path: Path) -> None:
    train(gallery, SMALL, tmp_path, device="cpu")
    with pytest.raises(InputError, match="holds a model of other data or settings"):
        train(gallery, SMALL.model_copy(update={"seed": 1}), tmp_path, device="cpu")


def test_a_graph_without_training_facts_is_refused(hetero, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    data = hetero({"a": "Thing", "b": "Thing"}, [("a", "likes", "b", "test")])
    with pytest.raises(InputError, match="no training facts"):
        train(data, SMALL, tmp_path)


def test_a_device_that_is_not_there_is_refused(gallery: HeteroData, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="The device is 'abacus'; allowed are auto, cpu, cuda"):
        train(gallery, SMALL, tmp_path, device="abacus")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"learning_rate": 1e20, "optimizer": "adam"}, r"the loss of epoch \d is (nan|inf)"),
        ({"learning_rate": 30.0, "optimizer": "adam", "loss": "logistic"}, r"the loss rose from \S+ to \S+ in epoch 1"),
    ],
)
def test_a_training_that_diverges_says_so(
    gallery: HeteroData, tmp_path: Path, settings: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=f"{said}.*the training diverges; a learning_rate below"):
        train(gallery, SMALL.model_copy(update=settings), tmp_path, device="cpu")


def test_a_loss_that_left_zero_again_but_not_where_it_began_does_not_diverge() -> None:
    refuse_divergence([0.7, 0.001], 0.15, 0.15, vectors_broken=False, learning_rate=0.1)
    with pytest.raises(InputError, match=r"rose from 0.001 to 0.8 in epoch 3"):
        refuse_divergence([0.7, 0.001], 0.8, 0.8, vectors_broken=False, learning_rate=0.1)


def test_vectors_that_are_not_finite_are_never_kept(
    gallery: HeteroData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(model: VLKGE, _: Batch) -> Tensor:
        with torch.no_grad():
            model.relations.fill_(math.nan)
        return model.get_parameter("modalities.structural.table").square().sum()

    monkeypatch.setattr(loop, "train_step", spoil)
    with pytest.raises(
        InputError, match="after epoch 1 vectors hold numbers that are not finite: the training diverges"
    ):
        train(gallery, SMALL, tmp_path, device="cpu")
    assert not (tmp_path / "metrics.json").exists()


def test_rows_without_a_gradient_keep_their_vectors_and_the_others_move_as_torch_moves_them() -> None:
    start = torch.randn(5, 3)
    ours, theirs = torch.nn.Parameter(start.clone()), torch.nn.Parameter(start.clone())
    optimizers = Adagrad([ours], lr=0.1), torch.optim.Adagrad([theirs], lr=0.1)
    rows = torch.tensor([4, 1])
    for _ in range(3):
        for parameter, optimizer, sparse in zip((ours, theirs), optimizers, (True, False), strict=True):
            optimizer.zero_grad()
            (torch.nn.functional.embedding(rows, parameter, sparse=sparse) ** 3).sum().backward()
            optimizer.step()
    torch.testing.assert_close(ours, theirs)
    assert torch.equal(ours[[0, 2, 3]], start[[0, 2, 3]])


@pytest.mark.parametrize("sampling", ["shared", "independent"])
@pytest.mark.parametrize("splits", ["train", "every_split"])
def test_negatives_mark_every_known_answer(gallery: HeteroData, splits: str, sampling: str) -> None:
    """Of training; or, as the paper has it, of all splits, an answer of the fact turned round among them."""
    graph = KnowledgeGraph.from_hetero(gallery)
    facts = set(map(tuple, graph.triples["train"].tolist()))
    if splits == "every_split":
        facts = {fact for triples in graph.triples.values() for fact in map(tuple, triples.tolist())}
        facts |= {(t, r, h) for h, r, t in facts}
    config = SMALL.model_copy(update={"negative_filter": splits, "negative_sampling": sampling})
    batch = next(Batches(graph, config).epoch(0))
    ids, cells = batch.entities, set(zip(*(part.tolist() for part in batch.excluded), strict=True))
    heads, tails = ids[batch.heads], ids[batch.tails]
    drawn = ids[batch.negatives].expand(2 * len(heads), -1)
    for row, (h, r, t) in enumerate(zip(heads.tolist(), batch.relations.tolist(), tails.tolist(), strict=True)):
        for column, entity in enumerate(drawn[row].tolist()):
            assert ((h, r, entity) in facts) == ((row, column) in cells)
        for column, entity in enumerate(drawn[row + len(heads)].tolist()):
            assert ((entity, r, t) in facts) == ((row + len(heads), column) in cells)


def test_validation_facts_compete_with_hidden_ones_unless_training_knows_them(
    gallery: HeteroData, tmp_path: Path
) -> None:
    """Its filter is that of the facts that are never negatives, so that what the paper's training leaks, it knows."""
    strict = Run(KnowledgeGraph.from_hetero(gallery), SMALL, tmp_path, torch.device("cpu"))
    leaking = SMALL.model_copy(update={"negative_filter": "every_split"})
    paper = Run(KnowledgeGraph.from_hetero(gallery), leaking, tmp_path, torch.device("cpu"))
    test = strict.graph.triples["test"]
    pairs, rows = test[:, :2], set(enumerate(test[:, 2].tolist()))
    known_to = [
        set(zip(*(part.tolist() for part in run.validation.known.answers(pairs, "tail")), strict=True))
        for run in (strict, paper)
    ]
    assert not rows & known_to[0]
    assert rows <= known_to[1]


def test_every_query_stands_once_in_an_epoch_with_all_its_answers(gallery: HeteroData) -> None:
    graph = KnowledgeGraph.from_hetero(gallery)
    config = SMALL.model_copy(update={"loss": "one_vs_all", "batch_size": 20, "negative_filter": "none"})
    steps = epochs(graph, config)
    asked, facts = [], []
    for batch in steps.epoch(0):
        assert isinstance(batch, QueryBatch)
        heads = torch.arange(len(batch)) >= batch.tails
        asked += list(zip(batch.known.tolist(), batch.relations.tolist(), heads.tolist(), strict=True))
        for row, entity in zip(*(cells.tolist() for cells in batch.answers), strict=True):
            known, relation = batch.known[row].item(), batch.relations[row].item()
            facts.append((entity, relation, known, "head") if heads[row] else (known, relation, entity, "tail"))
    assert len(asked) == len(set(asked))
    train_facts = set(map(tuple, graph.triples["train"].tolist()))
    assert sorted(facts) == sorted((*fact, side) for fact in train_facts for side in ("head", "tail"))
    assert len(list(steps.epoch(0))) == len(steps) == -(-len(graph.triples["train"]) // 20)


def test_negatives_of_the_relation_are_ends_that_it_has_in_training(gallery: HeteroData) -> None:
    graph = KnowledgeGraph.from_hetero(gallery)
    config = TrainConfig(
        negative_sampling="independent", negative_candidates="pseudo_typed", negatives=7, batch_size=200
    )
    (batch,) = Batches(graph, config).epoch(0)
    drawn = batch.entities[batch.negatives]
    train_facts = graph.triples["train"]
    for side, column in ((0, 2), (1, 0)):
        for row, relation in enumerate(batch.relations.tolist()):
            ends = set(train_facts[train_facts[:, 1] == relation][:, column].tolist())
            assert set(drawn[side * len(batch.heads) + row].tolist()) <= ends


def test_gradients_equal_a_plain_loop_that_embeds_each_negative(gallery: HeteroData) -> None:
    graph = KnowledgeGraph.from_hetero(gallery)
    config = TrainConfig(
        dimension=8, negative_sampling="independent", negatives=5, loss="logistic", batch_size=16, reciprocal=False,
        dropout=0, structural_dropout=0, experts=(), negative_filter="none",
    )  # fmt: skip
    model = VLKGE.from_graph(config, graph)
    batch = next(Batches(graph, config).epoch(0))
    ours = torch.autograd.grad(train_step(model, batch), list(model.parameters()))
    plain = torch.autograd.grad(_plain_loss(model, batch), list(model.parameters()))
    for left, right in zip(ours, plain, strict=True):
        torch.testing.assert_close(left.to_dense(), right.to_dense())


def _plain_loss(model: VLKGE, batch: Batch) -> Tensor:
    excluded = set(zip(*(part.tolist() for part in batch.excluded), strict=True))
    terms = []
    for row in range(2 * len(batch.heads)):
        fact = row % len(batch.heads)
        h, r, t = (part[fact] for part in (batch.entities[batch.heads], batch.relations, batch.entities[batch.tails]))
        for column, negative in enumerate([None, *batch.entities[batch.negatives[row]]]):
            ends = (h, t) if negative is None else (h, negative) if row == fact else (negative, t)
            head, tail = (model.fused_representations(end[None]) for end in ends)
            score = model.fused_scorer.score_pairs(model.fused_queries(head, r[None], "tail"), tail)[0]
            if negative is None or (row, column - 1) not in excluded:
                terms.append(torch.nn.functional.softplus(-score if negative is None else score))
    return torch.stack(terms).mean()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scorer": "transh"}, "there is no transh; there are transe, distmult, complex, rotate"),
        ({"n3": 0.1, "scorer": "rotate"}, "n3 regularises the factors of distmult and complex"),
        ({"negative_candidates": "pseudo_typed"}, "needs negative_sampling='independent'"),
        ({"nystroem_components": {"visual": 10}, "fine_tune": True}, "fine_tune has to be false"),
        ({"modalities": ["textual", "textual"]}, "given twice"),
        ({"experts": ["facts", "facts"]}, "given twice"),
        ({"dropuot": 0.1}, "Extra inputs are not permitted"),
    ],
)
def test_settings_that_make_no_sense_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TrainConfig.model_validate(options)


def test_a_model_that_popularity_outdoes_is_refused_unless_asked_for(
    make_gallery: Callable[..., HeteroData], tmp_path: Path
) -> None:
    gallery = make_gallery(1100)
    useless = SMALL.model_copy(update={"epochs": 1, "learning_rate": 1e-9, "experts": (), "dimension": 4})
    with pytest.raises(InputError, match=r"MRR on \d+ validation facts is 0\.\d+, that of popularity 0\.\d+"):
        train(gallery, useless, tmp_path / "refused", device="cpu")
    assert not Checkpoint.exists(tmp_path / "refused")
    kept = useless.model_copy(update={"below_popularity": "keep"})
    train(gallery, kept, tmp_path / "kept", device="cpu")
    assert Checkpoint.exists(tmp_path / "kept")


class Signed(DistMult):
    """A scorer that is one class: DistMult of signs."""

    def query(self, entity: Tensor, relation: Tensor, side: Side) -> Tensor:
        return super().query(entity, relation.tanh(), side)


def test_a_scorer_is_one_class_and_one_line(
    gallery: HeteroData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As CONTRIBUTING.md says: settings, the command line and checkpoints take it from SCORERS."""
    monkeypatch.setitem(SCORERS, "signed", Signed)
    chosen = hyperparameters.read(None, ["scorer=signed", "dimension=16", "epochs=8", "patience=8", "experts=[]"])
    trained = train(gallery, TrainConfig(**chosen), tmp_path)
    assert trained.metrics["history"][-1]["loss"] < trained.metrics["history"][0]["loss"]
    loaded = Checkpoint.load(tmp_path).model
    assert isinstance(loaded.fused_scorer, Signed)
    with pytest.raises(InputError, match="there is no sined; there are transe, distmult, complex, rotate, signed"):
        hyperparameters.read(None, ["scorer=sined"])


def test_settings_by_their_former_names_mean_todays(capsys: pytest.CaptureFixture[str]) -> None:
    former = ['landmarks={"textual": 5}', "corrupted=tail", "negative_candidates=relation"]
    read = hyperparameters.read(None, [*former, "negative_sampling=independent"])
    assert (read["nystroem_components"], read["corruption_scheme"]) == ({"textual": 5}, "tail")
    assert read["negative_candidates"] == "pseudo_typed"
    told = capsys.readouterr().err
    assert "the setting landmarks is now called nystroem_components" in told
    assert "the setting corrupted is now called corruption_scheme" in told
    assert TrainConfig.model_validate({"landmarks": {"textual": 5}}).nystroem_components == {"textual": 5}
