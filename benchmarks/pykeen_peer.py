"""PyKEEN at work, in the environment of `benchmarks.peers`: reads commands as JSON lines, answers each with one.

build {file, scorer, dimension}   a model of the facts in an .npz file (train, val, test, entities, relations)
train {positives, batch, negatives}   one epoch of its sLCWA loop on so many training facts, with its Adagrad
weights {file, whole}   its vectors into an .npz file, after rounding them to whole numbers if asked to
predict {k}   its predict_all: the k best of all links; answers with the best score
learn {file, seconds, facts}   TuckER for so long, as its experiment on FB15k-237 has it; answers with a curve: seconds
    and filtered MRRs of the first validation facts, at most twenty
rank {facts}   its filtered evaluation on both sides of the first test facts; answers with all realistic ranks
"""

import json
import sys
import time
from contextlib import suppress
from typing import Any

import numpy as np
import torch
from pykeen.evaluation import RankBasedEvaluator
from pykeen.losses import BCEAfterSigmoidLoss
from pykeen.models import ComplEx, DistMult, Model, RotatE, TransE, TuckER
from pykeen.predict import predict_all
from pykeen.training import LCWATrainingLoop, SLCWATrainingLoop, TrainingCallback
from pykeen.triples import CoreTriplesFactory

MODELS: dict[str, type[Model]] = {"distmult": DistMult, "complex": ComplEx, "transe": TransE, "rotate": RotatE}
LEARNING_RATE = 0.1


class Peer:
    """One model of one graph at a time."""

    def build(self, file: str, scorer: str, dimension: int) -> dict[str, Any]:
        self._read(file)
        options = {"scoring_fct_norm": 1} if scorer == "transe" else {}
        facts = self._factory(len(self.triples["train"]))
        self.model = MODELS[scorer](triples_factory=facts, embedding_dim=dimension, random_seed=0, **options)
        return {}

    def train(self, positives: int, batch: int, negatives: int) -> dict[str, Any]:
        facts = self._factory(positives)
        optimizer = torch.optim.Adagrad(self.model.parameters(), lr=LEARNING_RATE)
        sampling = {"num_negs_per_pos": negatives}
        loop = SLCWATrainingLoop(
            model=self.model, triples_factory=facts, optimizer=optimizer, negative_sampler_kwargs=sampling
        )
        loop.train(triples_factory=facts, num_epochs=1, batch_size=batch, use_tqdm=False)
        return {}

    def learn(self, file: str, seconds: float, facts: int) -> dict[str, Any]:
        self._read(file)
        known = CoreTriplesFactory(self.triples["train"], **self.sizes, create_inverse_triples=True)
        self.model = TuckER(
            triples_factory=known,
            embedding_dim=200,
            relation_dim=200,
            dropout_0=0.3,
            dropout_1=0.4,
            dropout_2=0.5,
            apply_batch_normalization=True,
            entity_initializer="xavier_normal",
            relation_initializer="xavier_normal",
            loss=BCEAfterSigmoidLoss(),
            random_seed=0,
        )
        optimizer = torch.optim.Adam(self.model.parameters(), lr=0.0005)
        loop = LCWATrainingLoop(model=self.model, triples_factory=known, optimizer=optimizer)
        curve = Curve(self, seconds, facts)
        with suppress(OverError):
            loop.train(
                triples_factory=known,
                num_epochs=10**6,
                batch_size=128,
                label_smoothing=0.1,
                use_tqdm=False,
                callbacks=curve,
                clear_optimizer=False,
            )
        return {"curve": curve.points}

    @torch.no_grad()
    def weights(self, file: str, whole: bool) -> dict[str, Any]:
        parts = [self.model.entity_representations[0], self.model.relation_representations[0]]
        if whole:  # sums of small whole numbers are exact in any order, ties too
            generator = torch.Generator().manual_seed(0)
            for part in parts:
                table = part._embeddings.weight
                table.copy_(torch.randint(-3, 4, table.shape, generator=generator))
        entities, relations = (part().numpy() for part in parts)  # as models see them: the table has no complex numbers
        np.savez(file, entities=entities, relations=relations)
        return {}

    def rank(self, facts: int, split: str = "test") -> dict[str, Any]:
        evaluator = RankBasedEvaluator(filtered=True, clear_on_finalize=False)
        asked = self.triples[split]
        known = [asked[facts:], *(self.triples[other] for other in self.triples if other != split)]
        evaluator.evaluate(self.model, asked[:facts], additional_filter_triples=known, use_tqdm=False)
        return {side: np.concatenate(evaluator.ranks[side, "realistic"]).tolist() for side in ("head", "tail")}

    @torch.no_grad()
    def predict(self, k: int) -> dict[str, Any]:
        pack = predict_all(self.model, k=k, batch_size=64)
        return {"best": float(pack.scores.max())}

    def _read(self, file: str) -> None:
        data = np.load(file)
        self.triples = {name: torch.from_numpy(data[name]) for name in ("train", "val", "test")}
        self.sizes = {"num_entities": int(data["entities"]), "num_relations": int(data["relations"])}

    def _factory(self, positives: int) -> CoreTriplesFactory:
        return CoreTriplesFactory(self.triples["train"][:positives], **self.sizes)


class OverError(Exception):
    """The time to learn is over."""


class Curve(TrainingCallback):  # type: ignore[misc]  # of no types here
    """Ranks after epochs, by a clock that stands still meanwhile, and ends the training when its time is over."""

    def __init__(self, peer: Peer, budget: float, facts: int) -> None:
        super().__init__()
        self.peer, self.budget, self.facts = peer, budget, facts
        self.points: list[tuple[float, float]] = []
        self.spent, self.begin = 0.0, time.perf_counter()

    def post_epoch(self, *_: Any, **__: Any) -> None:
        self.spent += time.perf_counter() - self.begin
        told = self.points[-1][0] if self.points else 0.0
        over = self.spent > self.budget
        if not self.points or over or self.spent - told > self.budget / 20:
            ranks = self.peer.rank(self.facts, "val")
            self.points.append((self.spent, float(np.mean(1 / np.concatenate([*ranks.values()])))))
            self.peer.model.train()
        if over:
            raise OverError
        self.begin = time.perf_counter()


def main() -> None:
    """Answer commands until the input ends; PyKEEN's own words go to standard error."""
    answers, sys.stdout = sys.stdout, sys.stderr
    torch.set_num_threads(int(sys.argv[1]))
    peer = Peer()
    for line in sys.stdin:
        command, options = json.loads(line)
        started = time.perf_counter()
        answer = getattr(peer, command)(**options)
        print(json.dumps({"seconds": time.perf_counter() - started, **answer}), file=answers, flush=True)


if __name__ == "__main__":
    main()
