"""A simulated month: nightly retraining while facts and entities arrive, and what goes wrong in a month does.

One night the input is damaged, one night the worker is killed between links and alias, one night the database is away,
one night a challenger is made worse on purpose, and one morning the champion is rolled back and compared.

    python -m benchmarks.month ../shared/data/art --out month
    python -m benchmarks.month ../shared/data/art --facts 5000 --nights 12 --margin 0.05 --out month
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from base.errors import InputError
from benchmarks.arrivals import Arrivals
from benchmarks.database import scratch_database
from benchmarks.month_plot import draw
from benchmarks.relay import Relay
from benchmarks.report import Figure, alone, show
from graph.connection import Database
from graph.predicted import registry

AWAY_SECONDS = 20.0
# When in the month each thing happens, as a share of its nights.
DAMAGED, KILLED, AWAY, WORSE, ROLLBACK = 0.2, 0.4, 0.55, 0.7, 0.85
# Other hyperparameters than the champion's, so that it starts cold; experts would be of use even untrained.
WORSE_THAN = {"learning_rate": 1e-9, "experts": []}
KILLER = """
import json, os, signal, sys
import flows.retraining.flow
flows.retraining.flow.promote = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
flows.retraining.flow.retrain(**json.loads(sys.argv[1]))
"""
Night = dict[str, Any]


class Month:
    """The nights, one after another, on one graph."""

    def __init__(self, database: Database, relay: Relay, arrivals: Arrivals, out: Path, config: dict[str, Any]) -> None:
        self.database = database
        self.relay = relay
        self.arrivals = arrivals
        self.out = out
        self.config = config
        self.rows: list[Night] = []
        at = [round(share * arrivals.nights) for share in (DAMAGED, KILLED, AWAY, WORSE, ROLLBACK)]
        happenings: list[Callable[[int], Night]] = [self.damaged, self.killed, self.away, self.worse, self.rolled_back]
        self.happenings = dict(zip(at, happenings, strict=True))

    def run(self) -> Iterator[Night]:
        """Each night's row as it ends."""
        for number in range(1, self.arrivals.nights + 1):
            started = time.monotonic()
            row = {"night": number, **self.happenings.get(number, self.quiet)(number)}
            row |= {"seconds": round(time.monotonic() - started, 1), "links": self._count_links()}
            self.rows.append(row)
            yield row

    def quiet(self, number: int) -> Night:
        facts = self.arrivals.write(number, self.out / "data")
        row = self._retrain(self.config)
        held = self._count_facts()
        if held != facts:
            raise InputError(f"night {number}: the folder holds {facts:,} facts, the graph {held:,}")
        return {**row, "facts": held}

    def damaged(self, number: int) -> Night:
        """The last line is cut off: nothing may be trained, and nothing may change."""
        before = self._state()
        self.arrivals.write(number, self.out / "data", damaged=True)
        try:
            self._retrain(self.config)
        except InputError as error:
            refused = str(error)
        else:
            raise InputError("damaged input was taken in")
        return self._unchanged(before, "damaged input refused", refused)

    def killed(self, number: int) -> Night:
        """The worker is killed when the challenger's links are written and its alias is not; then the night is run."""
        before = self._state()
        self.arrivals.write(number, self.out / "data")
        accepting = {**self.config, "gate": {"margin": 1, "relation_margin": 1, "calibration_error": 1}}
        command = [sys.executable, "-W", "ignore", "-c", KILLER, json.dumps(self._parameters(accepting))]
        ended = subprocess.run(command, check=False, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode
        if ended != -signal.SIGKILL:
            raise InputError(f"the worker was to be killed, but ended with {ended}")
        if registry.champion(self.database).version != before[0]:
            raise InputError("a killed worker changed the champion")
        return {**self.quiet(number), "happened": "worker killed, night run again"}

    def away(self, number: int) -> Night:
        with self.relay.outage(AWAY_SECONDS):
            row = self.quiet(number)
        return {**row, "happened": f"database away for {AWAY_SECONDS:g} s"}

    def worse(self, number: int) -> Night:
        """A challenger that learned nothing: the champion stays."""
        before = self._state()[0]
        self.arrivals.write(number, self.out / "data")
        row = self._retrain({**self.config, "train": {**self.config["train"], **WORSE_THAN}})
        if row["champion"] != before or row["outcome"] != "kept":
            raise InputError(f"a challenger that learned nothing was {row['outcome']}")
        return {**row, "facts": self._count_facts(), "happened": "challenger made worse, refused"}

    def rolled_back(self, number: int) -> Night:
        """The morning after: back to the former champion, compared link by link, and forward again."""
        from flows.retraining import model_changes

        row = self.quiet(number)
        if row["outcome"] != "promoted":
            return {**row, "happened": f"no rollback: the challenger was {row['outcome']}"}
        after = self._state()
        change = model_changes.roll_back()
        kept = self._kept_links(change.champion)
        back = self._state()
        if back[0] != change.champion or not back[1] <= kept:
            raise InputError("after rolling back there are links that the former champion never published")
        model_changes.promote(version=after[0])
        if self._state() != after:
            raise InputError("promoting the champion again did not bring its links back")
        return {**row, "happened": f"rolled back to {len(back[1]):,} links of {change.champion}, and forward again"}

    def _retrain(self, config: dict[str, Any]) -> Night:
        from flows.retraining.flow import retrain

        done = retrain(**self._parameters(config))
        reports = {}
        if done.contest is not None:
            reports = done.contest.challenger if done.outcome == "promoted" else done.contest.champion
        measured = registry.model(self.database, done.champion).metrics.get("test", {})
        return {
            "outcome": done.outcome,
            "champion": done.champion,
            "start": (done.start or "").split(",")[0],
            "gate_mrr": reports["gate"].mrr if reports.get("gate") else None,
            "test_mrr": reports["test"].mrr if reports.get("test") else measured.get("mrr"),
            "reason": done.reasons[0],
        }

    def _parameters(self, config: dict[str, Any]) -> dict[str, Any]:
        return {"folder": str(self.out / "data"), "source": "month", "config": config, "device": "cpu"}

    def _unchanged(self, before: tuple[str, set[tuple[str, str, str]]], happened: str, reason: str) -> Night:
        if self._state() != before:
            raise InputError(f"{happened}: the champion or its links changed all the same")
        return {
            "outcome": "failed",
            "champion": before[0],
            "start": "",
            "gate_mrr": self.rows[-1]["gate_mrr"],
            "test_mrr": self.rows[-1]["test_mrr"],
            "reason": reason,
            "facts": self._count_facts(),
            "happened": happened,
        }

    def _state(self) -> tuple[str, set[tuple[str, str, str]]]:
        """The champion, and the current links."""
        with self.database.session() as session:
            found = session.run(
                "MATCH (h)-[r:PREDICTED {state: 'current'}]->(t) RETURN h.id AS h, r.relation AS r, t.id AS t"
            )
            links = {(row["h"], row["r"], row["t"]) for row in found}
        return registry.champion(self.database).version, links

    def _kept_links(self, version: str) -> set[tuple[str, str, str]]:
        from flows.retraining.champion_links import links_in_force
        from flows.runtime.settings import Settings

        kept = links_in_force(Settings(), self.database, version)
        assert kept is not None  # it was champion, so it published
        return set(kept.links[["head", "relation", "tail"]].itertuples(index=False, name=None))

    def _count_facts(self) -> int:
        return self._count("MATCH (:Entity)-[f]->(:Entity) WHERE f.split IS NOT NULL RETURN count(f) AS n")

    def _count_links(self) -> int:
        return self._count("MATCH ()-[r:PREDICTED {state: 'current'}]->() RETURN count(r) AS n")

    def _count(self, query: str) -> int:
        with self.database.session() as session:
            return int(session.run(query).single(strict=True)["n"])


def figures(rows: list[Night]) -> Iterator[Figure]:
    """What the month comes down to."""
    outcomes = [row["outcome"] for row in rows]
    for outcome in ("promoted", "kept", "failed"):
        yield alone(f"nights {outcome}", outcomes.count(outcome), "nights")
    yield alone("facts in the graph at the end", rows[-1]["facts"], "facts")
    measured = [row["test_mrr"] for row in rows if row["test_mrr"] is not None]
    yield alone("champion's test MRR, first night", measured[0], "MRR")
    yield alone("champion's test MRR, last night", measured[-1], "MRR")
    for start in ("cold", "warm"):
        seconds = [row["seconds"] for row in rows if row["start"] == start]
        if seconds:
            yield alone(f"a night with a {start} start", sum(seconds) / len(seconds), "s")


@contextmanager
def month(arguments: argparse.Namespace) -> Iterator[Month]:
    """Everything that runs: a database behind a relay, a Prefect server, and a home folder in `out`."""
    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as running:
        database = running.enter_context(scratch_database())
        parts = urlsplit(database.address.uri)
        relay = Relay(str(parts.hostname), parts.port or 7687)
        os.environ |= {
            "VLKGE_HOME": str(out / "home"),
            "NEO4J_URI": f"bolt://127.0.0.1:{relay.port}",
            "NEO4J_USERNAME": database.address.username,
            "NEO4J_PASSWORD": database.address.password,
        }
        from flows.runtime.prefect_server import PrefectServer
        from flows.runtime.services import prepare_prefect
        from flows.runtime.settings import Settings

        prepare_prefect(Settings())
        running.callback(PrefectServer(out / "home").stop)
        train = {"dimension": arguments.dimension, "epochs": arguments.epochs, "negatives": arguments.negatives}
        gate = {"margin": arguments.margin}
        config = {"train": train, "gate": gate, "attempts": 6, "pause": 5.0, "limit": 200, "small_change": 0}
        yield Month(database, relay, Arrivals(arguments.folder, arguments.nights, arguments.facts), out, config)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="with entities.csv and triples.csv")
    parser.add_argument("--out", type=Path, required=True, help="where the models, month.svg and month.jsonl go")
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--facts", type=int, help="only the first to arrive; default: all")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--dimension", type=int, default=64)
    parser.add_argument("--negatives", type=int, default=200)
    parser.add_argument(
        "--margin", type=float, default=0.02, help="of the gate; few facts need more, for their interval"
    )
    parser.add_argument("--json", action="store_true", help="a line of JSON per figure")
    arguments = parser.parse_args()
    with month(arguments) as running, (arguments.out / "month.jsonl").open("w", encoding="utf-8") as log:
        for row in running.run():
            print(json.dumps(row), file=log, flush=True)
            print(f"night {row['night']}: {row['outcome']}, {row.get('happened', '')} {row['reason']}", file=sys.stderr)
        draw(running.rows, arguments.out / "month.svg")
        show(figures(running.rows), as_json=arguments.json)


if __name__ == "__main__":
    main()
