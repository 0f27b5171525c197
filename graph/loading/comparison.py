"""What a source says of entities and facts that the graph has: their labels, their values, and who is believed."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from base.errors import InputError, shorten
from graph.loading.asserted import ExistingEntity, ExistingGraph, entity_properties, fact_properties
from graph.loading.files import DEFAULT_LABEL, Source
from graph.loading.identifiers import OTHERS
from graph.loading.sources import ADOPTED, Order, Settled, settle

Row = dict[str, Any]


def check_labels(source: Source, known: Mapping[str, ExistingEntity]) -> None:
    if source.derived:
        return
    clashes = [
        f"{i} is {' and '.join(known[i].labels)} in the graph, {label} in the files"
        for i, label in labelled(source)
        if i in known and known[i].labels and label not in (*known[i].labels, DEFAULT_LABEL) and not _vague(known[i])
    ]
    if clashes:
        raise InputError(f"an entity keeps the label that it has: {shorten(clashes)}")


def _vague(known: ExistingEntity) -> bool:
    """Whether all that is known of what an entity is, is that it is a thing."""
    return DEFAULT_LABEL in known.labels and ADOPTED not in known.sources


def _label(source: Source, known: ExistingEntity, label: str) -> str:
    """The label that an entity has or gets: a thing gets its real one, and what has a real one is no mere thing."""
    if source.derived or (label == DEFAULT_LABEL and known.labels):
        real = [other for other in known.labels if other != DEFAULT_LABEL]
        return [*real, *known.labels, "Entity"][0]
    return label


def compare_entities(
    source: Source, known: Mapping[str, ExistingEntity], marks: Mapping[str, str], order: Order
) -> tuple[list[Row], dict[str, str], dict[str, Settled]]:
    """Rows to write, the digests of pictures that the graph has and that stay, and what became of the values of
    entities that other sources have too."""
    names = entity_properties(source)
    columns = [values_of(source.entities[name]) for name in names]
    rows, digests, settled = [], {}, {}
    values = zip(*columns, strict=True) if columns else iter([()] * len(source.entities))
    for (i, label), new in zip(labelled(source), values, strict=True):
        old = known.get(i)
        if old is None:
            properties = {name: value for name, value in zip(names, new, strict=True) if value is not None}
            rows.append({"id": i, "label": label, "properties": properties | _mark(marks.get(i))})
            continue
        became = settle(order, names, list(new), old.properties, old.sources, old.value_sources)
        _unite_others(became)
        if became.lost or became.won or became.silent:
            settled[i] = became
        properties = became.properties
        if "image" in properties:
            properties["image_sha256"] = None
        elif old.picture:
            digests[i] = old.picture
        label = _label(source, old, label)
        vague = label != DEFAULT_LABEL and _vague(old)
        if properties or source.name not in old.sources or vague:
            row: Row = {"id": i, "label": label, "properties": properties}
            rows.append(row | ({"refined": True} if vague else {}))
    return rows, digests, settled


def _unite_others(became: Settled) -> None:
    """Ids that a source adds to those of another, which are among them, contradict nobody."""
    became.properties |= {column: united for column, _, _, united, _ in became.lost if column == OTHERS}
    became.lost, became.won = (
        [change for change in changes if change[0] != OTHERS] for changes in (became.lost, became.won)
    )


def shows_own_picture(settled: Settled) -> bool:
    """Whether the picture of an entity is the source's own."""
    return "image" not in settled.silent


def _mark(part: str | None) -> dict[str, str]:
    return {"held_out": part} if part else {}


def settle_facts(
    source: Source, graph: ExistingGraph, places: npt.NDArray[np.intp], order: Order
) -> dict[int, Settled]:
    """For each fact, by its position, that the graph has: what becomes of the values that the files give."""
    names = fact_properties(source)
    if not names:
        return {}
    there = np.flatnonzero(places >= 0)
    facts = graph.facts.iloc[places[there]]
    news = zip(*(values_of(source.triples[name].iloc[there]) for name in names), strict=True)
    held = zip(facts["properties"], facts["sources"], facts["value_sources"], strict=True)
    return {
        int(at): settle(order, names, list(new), list(before), list(sources), list(whose))
        for at, new, (before, sources, whose) in zip(there, news, held, strict=True)
        if list(new) != list(before) or len(sources) > 1
    }


def tell_refined(rows: list[Row]) -> list[str]:
    refined = [f"{row['id']}: {row['label']}" for row in rows if row.get("refined")]
    return [f"entities that were only a {DEFAULT_LABEL} have a label now: {shorten(refined)}"] if refined else []


def tell_disagreements(settled: Iterable[tuple[str, Settled]]) -> list[str]:
    """Where another source gives another value: which one stands, and which does not."""
    told, settled = [], list(settled)
    for what, kind in (("stand against this source's", "lost"), ("give way to this source's", "won")):
        pairs = [
            f"{name} {column}: {stands!r} ({whose}) over {falls!r} ({other})"
            for name, became in settled
            for column, stands, whose, falls, other in getattr(became, kind)
        ]
        if pairs:
            told.append(
                f"values of another source {what}, as who came first is believed (--preferred changes that): "
                f"{shorten(pairs)}"
            )
    return told


def labelled(source: Source) -> list[tuple[str, str]]:
    return list(zip(source.entities["id"].tolist(), source.entities["label"].tolist(), strict=True))


def values_of(column: "pd.Series[Any]") -> list[Any]:
    """A column as Python values, None where a cell is missing."""
    return column.astype(object).where(column.notna(), None).tolist()
