"""Rules alone: how fast they are learned and applied, and how well they find a folder's test facts; beside AnyBURL.

Strict: learned on training facts, weights fitted on validation, test ranked once among all entities that are not known
answers, ties in the middle. `--anyburl` names AnyBURL's jar (https://web.informatik.uni-mannheim.de/AnyBURL/; one lies
in the repository symbolic-kg/PyClause), which then learns and answers on the same facts; what is beyond its best 100
answers ties. One thread each.
"""

import argparse
import json
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from benchmarks.folder_graph import read_graph
from models.ranking.ranking import rank
from models.ranking.scores import Scores
from models.rules.rule_scores import RuleScores
from models.rules.rule_set import mine
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.known_facts import KnownFacts
from models.triples.sides import SIDES, Side

BEST = 100  # answers that AnyBURL gives


def main() -> None:
    """Print a line for each learner."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with triples.csv and entities.csv")
    parser.add_argument("--anyburl", type=Path, help="AnyBURL's jar")
    parser.add_argument("--java", default="java", help="the program that runs it, of Java 8 or later")
    parser.add_argument("--seconds", type=int, default=180, help="that AnyBURL learns")
    options = parser.parse_args()
    torch.set_num_threads(1)
    graph = KnowledgeGraph.from_hetero(read_graph(options.data, {}, Path(tempfile.gettempdir())))
    print(json.dumps({"data": options.data.name, "learner": "rules", **ours(graph)}), flush=True)
    if options.anyburl:
        with tempfile.TemporaryDirectory() as folder:
            found = anyburl(graph, [options.java, "-cp", str(options.anyburl)], Path(folder), options.seconds)
        print(json.dumps({"data": options.data.name, "learner": "AnyBURL", **found}), flush=True)


def ours(graph: KnowledgeGraph) -> dict[str, float]:
    """Seconds of each part, rules, and figures on test."""
    train, val = graph.triples["train"].numpy(), graph.triples["val"].numpy()
    start = time.perf_counter()
    rules = mine(train, graph.num_entities, graph.num_relations)
    mined = time.perf_counter()
    learned = RuleScores.learned(train, graph.num_entities, graph.num_relations)
    learned.fit_weights(val, np.concatenate([train, val]))
    fitted = time.perf_counter()
    known = KnownFacts(torch.cat(list(graph.triples.values())), graph.num_relations)
    ranks = rank(_Ranked(learned, graph.num_relations), graph.triples["test"], known=known)
    ranked = time.perf_counter()
    return {
        "rules": len(rules),
        "mining_seconds": round(mined - start, 1),
        "weights_seconds": round(fitted - mined, 1),
        "queries_per_second": round(2 * len(graph.triples["test"]) / (ranked - fitted), 1),
        "peak_gigabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
        **_figures({side: 1 / ranks[side].realistic for side in SIDES}, graph),
    }


class _Ranked(Scores):
    """Rules as the scores that ranking asks for."""

    def __init__(self, rules: RuleScores, relations: int) -> None:
        self.rules = rules
        self.relations = relations
        self.entities = rules.lifts.facts.entities
        self.device = torch.device("cpu")

    def score_all(self, pairs: Tensor, side: Side, candidates: Tensor | None = None) -> Tensor:
        scores = torch.empty(len(pairs), self.entities)
        for relation in torch.unique(pairs[:, 1]).tolist():
            rows = pairs[:, 1] == relation
            step = relation if side == "tail" else relation + self.relations
            scores[rows] = torch.from_numpy(self.rules.score(pairs[rows, 0].numpy(), step)).float()
        return scores if candidates is None else scores[:, candidates]


def anyburl(graph: KnowledgeGraph, java: list[str], folder: Path, seconds: int) -> dict[str, float]:
    """The same of AnyBURL, called as its documentation says."""
    for split, parts in {"train": ["train"], "valid": ["val", "gate"], "test": ["test"]}.items():
        rows = torch.cat([graph.triples[part] for part in parts]).tolist()
        (folder / f"{split}.txt").write_text("".join(f"e{h}\tr{r}\te{t}\n" for h, r, t in rows))
    files = {f"PATH_{kind}": folder / f"{split}.txt" for kind, split in
             (("TRAINING", "train"), ("VALID", "valid"), ("TEST", "test"))}  # fmt: skip
    learn = {**files, "PATH_OUTPUT": folder / "rules", "SNAPSHOTS_AT": seconds, "MAX_LENGTH_CYCLIC": 3}
    rules = folder / f"rules-{seconds}"
    apply = {**files, "PATH_RULES": rules, "PATH_OUTPUT": folder / "answers", "TOP_K_OUTPUT": BEST}
    start = time.perf_counter()
    _call(java, "Learn", {**learn, "WORKER_THREADS": 1}, rules)
    learned = time.perf_counter()
    _call(java, "Apply", {**apply, "WORKER_THREADS": 1}, folder / "answers")
    applied = time.perf_counter()
    return {
        "rules": sum(1 for _ in rules.open()),
        "learning_seconds": round(learned - start, 1),
        "queries_per_second": round(2 * len(graph.triples["test"]) / (applied - learned), 1),
        **_figures(_answered((folder / "answers").read_text(), graph), graph),
    }


def _call(java: list[str], program: str, settings: dict[str, object], made: Path) -> None:
    file = made.with_name(f"{program}.properties")
    file.write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    done = subprocess.run([*java, f"de.unima.ki.anyburl.{program}", str(file)], capture_output=True, text=True)
    if not made.exists():  # it exits with 1 also when all is well
        raise SystemExit(f"AnyBURL's {program} wrote no {made.name}: {done.stdout[-500:]}{done.stderr[-500:]}")


def _answered(text: str, graph: KnowledgeGraph) -> dict[Side, Tensor]:
    """1 / rank of each test fact per side, from its list of answers: a fact, its heads and its tails, a line each."""
    lines = iter(text.splitlines())
    told: dict[tuple[int, int, int], dict[Side, float]] = {}
    for line in lines:
        head, relation, tail = line.split()
        ends: dict[Side, str] = {"head": head, "tail": tail}
        lists: dict[Side, str] = {"head": next(lines), "tail": next(lines)}
        fact = (int(head[1:]), int(relation[1:]), int(tail[1:]))
        told[fact] = {side: _reciprocal(lists[side], ends[side], graph.num_entities) for side in SIDES}
    rows = [told[h, r, t] for h, r, t in graph.triples["test"].tolist()]
    return {side: torch.tensor([row[side] for row in rows], dtype=torch.float64) for side in SIDES}


def _reciprocal(line: str, wanted: str, entities: int) -> float:
    _, _, answers = line.partition(": ")
    parts = answers.split("\t")
    scores = {name: float(score) for name, score in zip(parts[::2], parts[1::2], strict=False)}
    if wanted not in scores:
        return 1 / ((len(scores) + 1 + entities) / 2)
    values = np.array(list(scores.values()))
    ahead = float((values > scores[wanted]).sum()) + (float((values == scores[wanted]).sum()) - 1) / 2
    return 1 / (1 + ahead)


def _figures(reciprocal: dict[Side, Tensor], graph: KnowledgeGraph) -> dict[str, float]:
    """Means of both sides, of each, and of facts by whether training knows both ends."""
    both = (reciprocal["head"] + reciprocal["tail"]) / 2
    known = graph.seen[graph.triples["test"][:, [0, 2]]].all(1)
    figures = {"mrr": both, "tails": reciprocal["tail"], "heads": reciprocal["head"]}
    figures |= {"between_known": both[known], "an_end_unknown": both[~known]}
    return {name: round(float(values.mean()), 4) for name, values in figures.items()}


if __name__ == "__main__":
    main()
