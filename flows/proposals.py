"""New proposals after decisions: a process beside the curators' page that makes the links of a decided entity anew.

It looks for decisions in the graph, so that no decision waits for it or fails with it, whoever made it where.
"""

import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor

from base.errors import PipelineError
from flows.calibrate import TOP_K, calibration_in_force, learn_answers
from flows.declared_patterns import declared_patterns
from flows.predict import LIMIT
from flows.refresh import keep_links, run_in_force
from flows.rules import rules_of
from flows.runtime.checkpoints import folder_of, load_checkpoint
from flows.runtime.services import echo, graph_address
from flows.runtime.settings import Settings
from graph.connection import Database, connect
from graph.curation.decisions import decided_since
from graph.exporting.export import export
from graph.exporting.export_reader import facts_leaving
from graph.predicted.refresh import refresh
from graph.predicted.registry import Run, newest_run
from models.calibration.answers import Answers
from models.calibration.calibration import Calibration
from models.explanation.evidence import evidence
from models.prediction.prediction import members
from models.prediction.prediction import predict as find_links
from models.ranking.prediction_context import PredictionContext
from models.ranking.scores import Scores
from models.rules.rule_set import RuleSet
from models.triples.knowledge_graph import KnowledgeGraph
from models.triples.subgraph import with_relations

EVERY = 0.2  # seconds between looks
WAIT = 5.0  # seconds for another writer of links to end
LATE = timedelta(seconds=5)  # a decision of this age may only now have become visible
MOST = 100  # decisions answered at once; after more, `vlkge predict --refresh` does it


@dataclass(frozen=True)
class Champion:
    """The model whose links are in force, with all that scoring takes, held in memory."""

    served: PredictionContext
    run: Run
    folder: Path
    scores: Scores
    """Of the facts at the time of loading."""
    calibration: Calibration | None
    answers: Answers
    rules: RuleSet

    @classmethod
    def load(cls, settings: Settings, database: Database) -> "Champion":
        """Raises InputError where there is no champion, or where the links in the graph are not its own."""
        version, checkpoint = load_checkpoint(settings, database, None)
        run, folder = run_in_force(database, version), folder_of(settings, version)
        graph = with_relations(KnowledgeGraph.from_hetero(export(database)), checkpoint.relations)
        served = PredictionContext.of(version, checkpoint, graph, declared_patterns(database, graph), TOP_K)
        calibration = calibration_in_force(served, folder)
        answers = learn_answers(database, served)
        return cls(served, run, folder, served.scores_today, calibration, answers, rules_of(folder, graph))

    def propose(self, database: Database, heads: Sequence[str], anyway: bool = False) -> list[str]:
        """Make the links of heads anew whose facts changed (`anyway`: of all), in one transaction; which they are.

        Raises PipelineError where another writer of links does not end in time.
        """
        graph = self.served.graph
        heads = [head for head in heads if self.knows([head])]
        told = self._with_facts_of_today(database, heads)
        changed = [head for head in heads if anyway or _facts_of(told, head) != _facts_of(graph, head)]
        if changed:
            links = self._links(told, changed)
            refresh(database, links, run=self.run, heads=changed, relations=graph.relations, wait=WAIT)
            keep_links(database, self.folder, self.run, graph.relations, changed, links)
            self.served.graph.triples.update(told.triples)
        return changed

    def knows(self, heads: Sequence[str]) -> bool:
        """Whether all heads were there when this was loaded."""
        return set(heads) <= set(self.served.graph.entities)

    def _links(self, graph: KnowledgeGraph, heads: Sequence[str]) -> pd.DataFrame:
        scores = self.scores.knowing(graph.facts)
        links = find_links(
            scores,
            graph,
            top_k=self.served.top_k,
            limit=LIMIT,
            patterns=self.served.patterns,
            calibration=self.calibration,
            answers=self.answers,
            seen=self.served.seen,
            heads=members(graph, heads),
        )
        reasons = evidence(self.served.model, graph, self.rules, links, scores=scores)
        return pd.concat([links, reasons], axis=1)

    def _with_facts_of_today(self, database: Database, heads: Sequence[str]) -> KnowledgeGraph:
        """The graph with what leaves these heads now; facts that are new to it count as training facts."""
        graph = self.served.graph
        entities = {identity: row for row, identity in enumerate(graph.entities)}
        relations = {name: row for row, name in enumerate(graph.relations)}
        found = [
            (entities[head], relations[relation], entities[tail])
            for head, relation, tail in facts_leaving(database, heads, graph.relations)
            if tail in entities
        ]
        today, rows = set(found), torch.tensor([entities[head] for head in heads])
        triples = {name: _without_others(facts, rows, today) for name, facts in graph.triples.items()}
        known = {tuple(fact) for facts in triples.values() for fact in facts[torch.isin(facts[:, 0], rows)].tolist()}
        new = torch.tensor(sorted(today - known), dtype=torch.long).reshape(-1, 3)
        return replace(graph, triples={**triples, "train": torch.cat([triples["train"], new])})


def _without_others(facts: Tensor, heads: Tensor, today: set[tuple[int, int, int]]) -> Tensor:
    """Facts [m, 3] without those that leave one of the heads and are none today."""
    own = torch.isin(facts[:, 0], heads).nonzero()[:, 0]
    gone = [row for row, fact in zip(own.tolist(), facts[own].tolist(), strict=True) if tuple(fact) not in today]
    kept = torch.ones(len(facts), dtype=torch.bool)
    kept[gone] = False
    return facts[kept]


def _facts_of(graph: KnowledgeGraph, head: str) -> list[list[int]]:
    facts = graph.facts
    own: list[list[int]] = facts[facts[:, 0] == graph.entities.index(head)].tolist()
    return sorted(own)


class Watch:
    """Looks for decisions and has their heads proposed anew; at its first look the champion is loaded."""

    def __init__(self, settings: Settings, database: Database, since: datetime | None = None) -> None:
        """since: when the first decision that is answered may have been made; None: now."""
        self.settings = settings
        self.database = database
        self.champion: Champion | None = None
        self.since = since or datetime.now(UTC)
        self.met: set[str] = set()
        self.behind = False
        """Whether the champion was loaded after decisions that wait for an answer, so that it has their facts."""

    def look(self) -> list[str]:
        """Answer the decisions since the last look; the ids of the heads whose links were made anew.

        Raises InputError where there is no champion whose links are in force, PipelineError where the links cannot be
        written now; the next look tries again.
        """
        held = self.champion or self._load()
        rows = decided_since(self.database, self.since - LATE, MOST)
        heads = sorted({row["head"] for row in rows if row["id"] not in self.met})
        if not heads:
            self.behind = False
            return []
        if not held.knows(heads) or not self._in_force(held):
            held = self._load()
        found = held.propose(self.database, heads, anyway=self.behind)
        self.met = {row["id"] for row in rows}
        self.since = max(row["at"].to_native() for row in rows)
        self.behind = False
        return found

    def _in_force(self, held: Champion) -> bool:
        newest = newest_run(self.database)
        if newest is None or newest.model_version != held.served.version:
            return False
        return run_in_force(self.database, held.served.version).id == held.run.id

    def _load(self) -> Champion:
        self.champion, self.behind = None, True
        self.champion = Champion.load(self.settings, self.database)
        return self.champion


def main(since: datetime) -> None:
    """Answer decisions made after `since` until standard input ends, as it does with the page that started this."""
    ended = threading.Event()
    threading.Thread(target=_await_end, args=[ended], daemon=True).start()
    torch.set_num_threads(1)
    settings = Settings()
    try:
        with connect(graph_address(settings)) as database:
            _answer(Watch(settings, database, since), ended)
    except PipelineError as error:
        echo(f"There will be no new proposals after decisions: {error}")


def _answer(watch: Watch, ended: threading.Event) -> None:
    said = ""
    while not ended.wait(EVERY):
        try:
            watch.look()
            said = ""
        except PipelineError as error:
            if str(error) != said:
                said = str(error)
                echo(f"No new proposals after decisions for now: {said}")
            ended.wait(10 * EVERY)


def _await_end(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]))
