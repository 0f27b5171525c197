"""What an ingest would change, worked out and checked against the graph before the first write."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel

from base.errors import InputError, shorten
from graph.loading.asserted import ExistingEntity, ExistingGraph, fact_properties, nothing
from graph.loading.comparison import (
    Row,
    check_labels,
    compare_entities,
    settle_facts,
    shows_own_picture,
    tell_disagreements,
    tell_refined,
    values_of,
)
from graph.loading.files import Source
from graph.loading.former_columns import FormerColumn
from graph.loading.names import look_alikes, tell_look_alikes
from graph.loading.sources import Order, Settled, check_folder, note_link, place_source
from graph.splits import Shares, hold_out, inherited, split_pairs

FACT = ("head", "relation", "tail")


class Counts(BaseModel):
    """Of what the files hold: new to the graph, different there, the same there.

    `removed`: what the source asserted before and no longer does; it is taken away only when pruning.
    `before`: how much the source asserted before.
    """

    added: int
    changed: int
    unchanged: int
    removed: int
    before: int


@dataclass(frozen=True)
class Plan:
    """entities, facts: rows for the statements merge_entities and merge_facts, only what is new or changed.
    former_entities, former_facts: what the source no longer asserts.
    splits: the part of every fact of the source, in its order. held_out: new marks, id -> val or test.
    images: id -> address for each entity whose picture is the source's; digests: id -> SHA-256 that the graph has.
    order: what the graph is to remember of its sources. former_columns: those that the source no longer has.
    notes: what is no error and should be known.
    """

    source: Source
    entities: list[Row]
    facts: list[Row]
    former_entities: list[str]
    former_facts: list[Row]
    entity_counts: Counts
    fact_counts: Counts
    splits: npt.NDArray[np.str_]
    held_out: dict[str, str]
    images: dict[str, str]
    digests: dict[str, str]
    order: Order
    former_columns: list[FormerColumn] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def plan_changes(
    source: Source,
    graph: ExistingGraph,
    *,
    shares: Shares | None = None,
    holding_out: Mapping[str, float] | None = None,
    preferred: bool = False,
) -> Plan:
    """Compare a source with the graph.

    shares: sizes of the parts where the source gives no split.
    holding_out: label -> share of its new entities that are held out wholly, where the source gives no split.
    preferred: where sources disagree about a value, this one is believed before all others from now on.

    Raises InputError where the source disagrees with the graph on a label or a written split, would train on an entity
    that is held out, or has, without being named, the name of one from another folder.
    """
    shares = shares or Shares()
    check_folder(source, graph.records)
    order = Order(source.name, place_source(graph.records, graph.known, source.name, preferred))
    check_labels(source, graph.entities)
    marks = _mark_held_out(source, graph.entities, shares, holding_out or {})
    entities, digests, settled = compare_entities(source, graph.entities, marks, order)
    places = _find(source.triples, graph)
    splits = _choose_splits(source, graph, places, shares, marks)
    settled_facts = settle_facts(source, graph, places, order)
    news, changed = places < 0, _changed_facts(graph, places, settled_facts)
    kept = np.zeros(len(graph.facts), dtype=bool)
    kept[places[places >= 0]] = True
    former = graph.facts.loc[graph.facts["ours"].to_numpy(dtype=bool) & ~kept, list(FACT)]
    added = len(source.entities) - len(graph.entities)
    return Plan(
        source=source,
        entities=entities,
        facts=_fact_rows(source, splits, news | changed, settled_facts),
        former_entities=graph.former,
        former_facts=[dict(zip(FACT, fact, strict=True)) for fact in former.itertuples(index=False, name=None)],
        entity_counts=Counts(
            added=added,
            changed=len(entities) - added,
            unchanged=len(source.entities) - len(entities),
            removed=len(graph.former),
            before=len(graph.former) + sum(source.name in known.sources for known in graph.entities.values()),
        ),
        fact_counts=Counts(
            added=int(news.sum()),
            changed=int(changed.sum()),
            unchanged=int((~news & ~changed).sum()),
            removed=len(former),
            before=int(graph.facts["ours"].sum()),
        ),
        splits=splits,
        held_out=marks,
        images={i: image for i, image in _images(source).items() if i not in settled or shows_own_picture(settled[i])},
        digests=digests,
        order=order,
        notes=[
            *source.notes,
            *note_link(source, graph.records),
            *_tell_look_alikes(source, graph),
            *tell_refined(entities),
            *tell_disagreements(settled.items()),
            *tell_disagreements((_name(source.triples, at), became) for at, became in settled_facts.items()),
        ],
    )


def plan_first_load(
    source: Source, *, shares: Shares | None = None, holding_out: Mapping[str, float] | None = None
) -> Plan:
    """As plan_changes for an empty graph, with the same splits and figures, but without rows to write.

    For a bulk import, which writes the source's frames: rows of millions of facts would not fit into memory.
    """
    if source.aliases:
        raise InputError(f"[alias] leads to ids that no source has: {shorten(sorted(source.aliases.values()))}")
    shares, empty = shares or Shares(), nothing()
    marks = _mark_held_out(source, empty.entities, shares, holding_out or {})
    splits = _choose_splits(source, empty, np.full(len(source.triples), -1), shares, marks)
    entities, facts = (
        Counts(added=len(rows), changed=0, unchanged=0, removed=0, before=0)
        for rows in (source.entities, source.triples)
    )
    order = Order(source.name, place_source({}, [], source.name, preferred=False))
    return Plan(
        source, [], [], [], [], entities, facts, splits, marks, _images(source), {}, order, notes=source.notes
    )  # fmt: skip


def _mark_held_out(
    source: Source, known: Mapping[str, ExistingEntity], shares: Shares, holding_out: Mapping[str, float]
) -> dict[str, str]:
    """Which new entities are held out: those that the source puts wholly into one part, and those drawn by hash."""
    ids, labels = source.entities["id"], source.entities["label"]
    if unknown := sorted(holding_out.keys() - set(labels)):
        raise InputError(
            f"no entity to hold out has the label {shorten(unknown)}; there are: {', '.join(sorted(set(labels)))}"
        )
    index = pd.Index(ids)
    ends = np.concatenate([index.get_indexer(pd.Index(source.triples[side])) for side in ("head", "tail")])
    given = np.tile(source.triples["split"].fillna("").to_numpy(dtype=str), 2)
    has = {part: np.bincount(ends[given == part], minlength=len(ids)) > 0 for part in ("", "train", "val", "test")}
    marks = np.full(len(ids), "", dtype="<U4")
    for part, other in (("val", "test"), ("test", "val")):
        marks[has[part] & ~has[other] & ~has["train"] & ~has[""]] = part
    free = ~(has["train"] | has["val"] | has["test"])
    for label, share in holding_out.items():
        chosen = free & (labels == label).to_numpy()
        marks[chosen] = hold_out(ids[chosen], share, shares)
    return {i: str(mark) for i, mark in zip(ids.tolist(), marks, strict=True) if mark and i not in known}


def _find(triples: pd.DataFrame, graph: ExistingGraph) -> npt.NDArray[np.intp]:
    """The position of each triple among the graph's facts, -1 where it is new."""
    facts = graph.facts
    both = [triples, facts]
    ends, names = pd.factorize(pd.concat([frame[side] for side in ("head", "tail") for frame in both]))
    relation, relations = pd.factorize(pd.concat([frame["relation"] for frame in both]))
    head, tail = ends.astype(np.int64).reshape(2, -1)
    wanted, known = np.split((head * len(names) + tail) * len(relations) + relation, [len(triples)])
    # Parallel relationships of one type, which only an adopted graph has, are written to alike.
    at = np.flatnonzero(~pd.Series(known).duplicated().to_numpy())
    found = pd.Index(known[at]).get_indexer(pd.Index(wanted))
    return np.where(found >= 0, at[found] if len(at) else -1, -1)


def _choose_splits(
    source: Source, graph: ExistingGraph, places: npt.NDArray[np.intp], shares: Shares, marks: Mapping[str, str]
) -> npt.NDArray[np.str_]:
    """What is written, else what the source gives, else what a held-out end demands, else a hash."""
    triples = source.triples
    given = triples["split"].fillna("").to_numpy(dtype=str)
    written = np.full(len(triples), "", dtype="<U5")
    written[places >= 0] = graph.facts["split"].to_numpy(dtype=str)[places[places >= 0]]
    torn = (given != "") & (written != "") & (given != written)
    if torn.any():
        said = [f"{_name(triples, at)} is {written[at]} in the graph, {given[at]} in the files" for at in _first(torn)]
        raise InputError(f"a split never changes once written: {'; '.join(said)} ({int(torn.sum())} in all)")
    held = {i: known.held_out for i, known in graph.entities.items() if known.held_out} | dict(marks)
    demanded = inherited(triples["head"], triples["tail"], held)
    leak = (given == "train") & (demanded != "") & (written == "")
    if leak.any():
        said = [f"{_name(triples, at)} is train, an end is held out for {demanded[at]}" for at in _first(leak)]
        raise InputError(
            f"facts of a held-out entity cannot be trained on: {'; '.join(said)} ({int(leak.sum())} in all); "
            "leave their split empty, or give the part that it is held out for"
        )
    splits = np.select([written != "", given != "", demanded != ""], [written, given, demanded], "")
    free = splits == ""
    splits[free] = split_pairs(triples["head"][free], triples["tail"][free], shares)
    return splits


def _changed_facts(
    graph: ExistingGraph, places: npt.NDArray[np.intp], settled: Mapping[int, Settled]
) -> npt.NDArray[np.bool_]:
    """Facts that are there but lack our entry, a split, or the values that the files give."""
    there = np.flatnonzero(places >= 0)
    facts = graph.facts.iloc[places[there]]
    changed = np.zeros(len(places), dtype=bool)
    changed[there] = (~facts["ours"] | (facts["split"] == "")).to_numpy(dtype=bool)
    changed[[at for at, became in settled.items() if became.properties]] = True
    return changed


def _fact_rows(
    source: Source, splits: npt.NDArray[np.str_], wanted: npt.NDArray[np.bool_], settled: Mapping[int, Settled]
) -> list[Row]:
    triples = source.triples[wanted]
    columns = [values_of(triples[column]) for column in FACT]
    rows: list[Row] = [
        {"head": head, "relation": relation, "tail": tail, "split": split}
        for head, relation, tail, split in zip(*columns, splits[wanted].tolist(), strict=True)
    ]
    names = fact_properties(source)
    if names:
        places, values = (
            np.flatnonzero(wanted).tolist(),
            zip(*(values_of(triples[name]) for name in names), strict=True),
        )
        for row, at, given in zip(rows, places, values, strict=True):
            row["properties"] = settled[at].properties if at in settled else dict(zip(names, given, strict=True))
    return rows


def _tell_look_alikes(source: Source, graph: ExistingGraph) -> list[str]:
    pairs = look_alikes([*source.entities["id"], *graph.look_alikes]) if graph.look_alikes else []
    return tell_look_alikes("ids of the files and of the graph", pairs)


def _images(source: Source) -> dict[str, str]:
    if "image" not in source.entities:
        return {}
    shown = source.entities.loc[source.entities["image"].notna(), ["id", "image"]]
    return dict(zip(shown["id"], shown["image"], strict=True))


def _first(wanted: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    return np.flatnonzero(wanted)[:5]


def _name(triples: pd.DataFrame, at: int) -> str:
    return " ".join(triples.iloc[at][list(FACT)])
