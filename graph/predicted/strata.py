"""The strata of the audit sample: links of one relation in one band of priority, each sampled alike.

A link's `sampling_weight` is the size of its stratum, and its `draw` a hash of its key times that weight. So going by
the draw takes about as many links from each stratum, large or small: priority sampling (Duffield, Lund and Thorup 2007,
https://doi.org/10.1145/1314690.1314696). The weight says how to undo that in figures.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import neo4j

from graph.link_key import draw
from graph.transactions import run_in_transaction

BANDS = 5


def band(priority: float) -> int:
    """0 for links without a probability, else 1 (unlikely) to BANDS (likely), by priority in equal steps."""
    return 0 if priority < 0 else min(BANDS, 1 + int(priority * BANDS))


def count_bands(priorities: Sequence[float]) -> dict[int, float]:
    """How many links each band holds."""
    return {number: float(links) for number, links in Counter(map(band, priorities)).items()}


def read_weights(tx: neo4j.ManagedTransaction, relation: str) -> dict[int, float] | None:
    """The weights of a relation's current links, by band; None where they are of a version that had no weights."""
    steps = [{"band": number, "low": (number - 1) / BANDS, "high": number / BANDS} for number in range(1, BANDS)]
    steps += [{"band": 0, "low": -2.0, "high": 0.0}, {"band": BANDS, "low": 1 - 1 / BANDS, "high": 2.0}]
    found = run_in_transaction(tx, "predict/list_strata", relation=relation, bands=steps)
    if found and all(row["weight"] is None for row in found):
        return None
    return {row["band"]: row["weight"] or float(row["links"]) for row in found}


def place(row: dict[str, Any], weights: Mapping[int, float] | None) -> dict[str, Any]:
    """A link to be written (key, properties), placed in the random order; weighted if there are weights."""
    by_chance = draw(row["key"])
    if weights is None:
        return {**row, "properties": {**row["properties"], "draw": by_chance}}
    weight = weights.get(band(row["properties"]["priority"]), 1.0)
    return {**row, "properties": {**row["properties"], "draw": by_chance * weight, "sampling_weight": weight}}
