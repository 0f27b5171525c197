"""All rules of a graph as one table: in memory by rows of its vocabulary, in Parquet by ids."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from base.files import replacing
from models.rules.closed import LONGEST, closed_paths
from models.rules.columns import columns, targets
from models.rules.constants import count_in_parts
from models.rules.facts import NONE, Facts, Integers, Numbers, RuleConfig
from models.rules.surest import Surest
from models.rules.wilson import lower_bound

FILE = "rules.parquet"
SCHEMA = pa.schema(
    [
        ("relation", pa.dictionary(pa.int32(), pa.string())),
        ("side", pa.dictionary(pa.int32(), pa.string())),
        ("answer", pa.string()),
        ("path", pa.list_(pa.string())),
        ("value", pa.string()),
        ("support", pa.int64()),
        ("of", pa.int64()),
        ("confidence", pa.float64()),
    ]
)


@dataclass(frozen=True)
class RuleSet:
    """Rules as columns [n]: who has `value` at the end of `path` has `answer` by `step`.

    A closed path has neither value nor answer: what it leads to is the answer. Steps are those of `Facts`.
    """

    step: Integers
    answer: Integers
    path: Integers
    """[n, LONGEST] steps, NONE behind the last."""
    value: Integers
    support: Integers
    """Facts that the rule is right about."""
    of: Integers
    """All that it says where any value is recorded: entities, of a closed path pairs."""

    def __len__(self) -> int:
        return len(self.step)

    @property
    def confidence(self) -> Numbers:
        """See `lower_bound`."""
        return lower_bound(self.support, self.of)

    def at(self, rows: Integers) -> "RuleSet":
        """The rules of these rows."""
        return RuleSet(*(getattr(self, field.name)[rows] for field in fields(self)))


def mine(triples: Integers, entities: int, relations: int, config: RuleConfig | None = None) -> RuleSet:
    """The rules that training facts [m, 3] (head, relation, tail) show, for the tails and the heads of relations."""
    config = config or RuleConfig()
    facts = Facts(triples, entities, relations)
    bodies, answers = columns(facts, config), targets(facts, config.hub)
    surest = Surest(config.most)
    for asked, counts in count_in_parts(facts, bodies, answers, config):
        surest.add(asked, counts)
    kept = surest.kept()
    none = np.full_like(kept.column, NONE)
    path = np.stack([bodies.first[kept.column], bodies.second[kept.column], none], axis=1)
    answered = answers.first[kept.target], answers.value[kept.target]
    parts: list[tuple[Integers, ...]] = [(*answered, path, bodies.value[kept.column], kept.support, kept.of)]
    closed = list(closed_paths(facts, config))
    paths = np.array([(*c.path, *(NONE,) * (LONGEST - len(c.path))) for c in closed], dtype=np.int64)
    none = np.full(len(closed), NONE)
    numbers = (np.array([getattr(c, name) for c in closed], dtype=np.int64) for name in ("step", "support", "of"))
    step, support, of = numbers
    parts.append((step, none, paths.reshape(-1, LONGEST), none, support, of))
    return RuleSet(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def save(rules: RuleSet, entities: Sequence[str], relations: Sequence[str], file: Path) -> None:
    """Write the rules as Parquet, the surest first; `side` is the end of the relation that a rule tells.

    `path` holds relations, those that are followed from tail to head with < before them, others with >.
    """
    rules = rules.at(np.lexsort((rules.of, -rules.confidence)))
    names = np.array([*(f">{name}" for name in relations), *(f"<{name}" for name in relations)], dtype=object)
    ids = np.array([*entities, None], dtype=object)
    offsets = np.concatenate([[0], (rules.path != NONE).sum(1).cumsum()])
    steps: pa.StringArray = pa.array(names[rules.path[rules.path != NONE]], pa.string())
    arrays: list[pa.Array[Any]] = [
        pa.DictionaryArray.from_arrays(pa.array(rules.step % len(relations), pa.int32()), pa.array(list(relations))),
        pa.DictionaryArray.from_arrays(pa.array(rules.step // len(relations), pa.int32()), pa.array(["tail", "head"])),
        pa.array(ids[rules.answer], pa.string()),
        pa.ListArray.from_arrays(offsets.tolist(), steps),
        pa.array(ids[rules.value], pa.string()),
        pa.array(rules.support),
        pa.array(rules.of),
        pa.array(rules.confidence),
    ]
    table = pa.Table.from_arrays(arrays, schema=SCHEMA)
    with replacing(file) as draft:
        pq.write_table(table, draft, compression="zstd")


def load(file: Path, entities: Sequence[str], relations: Sequence[str]) -> RuleSet:
    """The rules of a file by rows of this vocabulary; those that name what it lacks are left out."""
    frame = pq.read_table(file, schema=SCHEMA).to_pandas()
    rows = {identity: row for row, identity in enumerate(entities)}
    steps = {f">{name}": row for row, name in enumerate(relations)}
    steps |= {f"<{name}": row + len(relations) for row, name in enumerate(relations)}
    lost = NONE - 1
    asked = frame["side"].map({"tail": ">", "head": "<"}).astype(str) + frame["relation"].astype(str)
    path = np.full((len(frame), LONGEST), NONE)
    for row, names in enumerate(frame["path"]):
        path[row, : len(names)] = [steps.get(name, lost) for name in names]
    step, support, of = (_integers(column) for column in (asked.map(steps).fillna(lost), frame["support"], frame["of"]))
    answer, value = (_integers(frame[name].map(rows).fillna(lost)) for name in ("answer", "value"))
    answer[frame["answer"].isna()], value[frame["value"].isna()] = NONE, NONE
    known = (step != lost) & (path != lost).all(1) & (answer != lost) & (value != lost)
    return RuleSet(step, answer, path, value, support, of).at(np.flatnonzero(known))


def _integers(column: "pd.Series[Any]") -> Integers:
    return column.to_numpy(dtype=np.int64).copy()
