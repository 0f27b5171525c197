"""The graph, or a part of it, as PyG HeteroData: recorded facts only, never PREDICTED."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch_geometric.data import HeteroData

from base.errors import InputError, shorten
from base.progress import Progress, silent
from graph.connection import Database
from graph.exporting.any_names import any_names
from graph.exporting.export_reader import (
    Entities,
    Facts,
    Indices,
    find_neighbourhood,
    read_entities,
    read_facts,
    read_vectors,
)
from graph.exporting.fingerprint import fingerprint
from graph.exporting.vector_cache import read_through
from graph.health import refuse_no_entities
from graph.splits import SPLITS, gate_half

EdgeType = tuple[str, str, str]


def export(
    database: Database,
    *,
    labels: Collection[str] | None = None,
    relations: Collection[str] | None = None,
    around: Collection[str] | None = None,
    hops: int = 2,
    cache: Path | None = None,
    progress: Progress = silent,
) -> HeteroData:
    """The facts of the graph with their entities, or the part that all given filters let through.

    `labels`: entities of these types and the facts between them. `relations`: these relations,
    and all entities of the types that they join, linked or not. `around`: entities at most
    `hops` facts away from these ids, and the facts between them; with `relations`, only those are walked.

    Node types are primary labels. For n entities of a type: ``id`` and ``name`` (list[str] [n],
    sorted by id), ``rights`` (list[str] [n], "" where none; left out where none has any), ``held_out`` (bool [n])
    and, for each modality with an active encoder, ``visual``/``textual`` (float32 [n, d], zeros where missing) with
    ``visual_mask``/``textual_mask`` (bool [n]).
    For m facts of an edge type: ``edge_index`` (int64 [2, m]), ``train_mask``, ``val_mask``, ``test_mask`` and
    ``gate_mask`` (bool [m]; the half of val that is kept for calibration), and ``rejected_edge_index``
    (int64 [2, k]): rejected links that are no recorded fact. ``data.encoders`` maps a modality to
    name, digest and dimension of its encoder; ``data.fingerprint`` is a digest of the content.

    Pages are transactions of their own. Where anything was written between the first and the last, all are read once
    more; ``data.one_state`` tells whether those that were taken are of one state of the graph.

    `cache` is a folder where the vectors of the whole graph are kept from one export to the next, so that only
    those that changed are read.

    Raises InputError for an empty graph, and for labels, relations or ids that the graph does not have.
    """
    part = (database, labels, relations, around, hops, cache, progress)
    before = database.state()
    data = _read(*part)
    if (now := database.state()) != before:
        del data  # memory holds one of them
        before, data = now, _read(*part)
    data.one_state = database.state() == before
    return data


def facts_of(data: HeteroData) -> pd.DataFrame:
    """The facts of an exported graph by name again: head, relation, tail, split (train, val or test)."""
    frames = []
    for head_type, relation, tail_type in data.edge_types:
        store = data[head_type, relation, tail_type]
        head, tail = store.edge_index.numpy()
        split = np.select([store[f"{name}_mask"].numpy() for name in SPLITS], SPLITS, default="")
        columns = {
            "head": np.array(data[head_type].id, dtype=object)[head],
            "relation": relation,
            "tail": np.array(data[tail_type].id, dtype=object)[tail],
            "split": split.astype(object),
        }
        frames.append(pd.DataFrame(columns))
    if not frames:
        return pd.DataFrame(columns=["head", "relation", "tail", "split"])
    return pd.concat(frames, ignore_index=True)


def _read(
    database: Database,
    labels: Collection[str] | None,
    relations: Collection[str] | None,
    around: Collection[str] | None,
    hops: int,
    cache: Path | None,
    progress: Progress,
) -> HeteroData:
    _check_labels(database, labels)
    _check_relations(database, relations)
    chosen = sorted(relations) if relations is not None else None
    ids = None if around is None else _find_part(database, around, hops, chosen)
    entities = _keep(read_entities(database, ids), labels)
    facts = read_facts(database, entities.ids, chosen, progress)
    if chosen is not None and around is None and labels is None:
        entities, facts = _keep_joined(entities, facts)
    data = HeteroData()
    with any_names():
        _add_entities(data, entities)
        whole = labels is None and relations is None and around is None
        _add_vectors(data, database, entities, cache if whole else None, progress)
        _add_facts(data, entities, facts)
        _add_rejections(data, database)
    data.fingerprint = fingerprint(data)
    return data


def _check_labels(database: Database, labels: Collection[str] | None) -> None:
    (row,) = database.read("export/count_entities")
    refuse_no_entities(row["entities"])
    if row["wiped"]:
        raise InputError(
            f"adopted nodes have lost what they were given: {row['wiped']:,} of {row['entities']:,}; their owner has "
            "overwritten it: run `vlkge adopt` again"
        )
    if labels is not None:
        _check_known("label", labels, [row["kind"] for row in database.read("export/count_kinds")])


def _check_relations(database: Database, relations: Collection[str] | None) -> None:
    if relations is not None:
        _check_known("relation", relations, [row["relation"] for row in database.read("export/count_relations")])


def _check_known(what: str, given: Collection[str], known: Sequence[str]) -> None:
    if isinstance(given, str):
        raise InputError(f"{what}s is the text {given!r}; give a list of {what}s")
    if not given:
        raise InputError(f"the list of {what}s is empty; leave it out for all, or choose from: {', '.join(known)}")
    if unknown := sorted(set(given) - set(known)):
        raise InputError(f"no {what} {shorten(unknown)} in the graph; allowed are: {', '.join(known)}")


def _find_part(database: Database, around: Collection[str], hops: int, relations: Sequence[str] | None) -> set[str]:
    if hops < 0:
        raise InputError(f"hops is {hops}; it must be 0 or more")
    if isinstance(around, str) or not around:
        raise InputError(f"around is {around!r}; give a list with at least one id")
    known = set(read_entities(database, set(around)).ids)
    if unknown := sorted(set(around) - known):
        raise InputError(f"no entity in the graph has the id {shorten(unknown)}")
    return find_neighbourhood(database, sorted(known), hops, relations)


def _keep(entities: Entities, labels: Collection[str] | None) -> Entities:
    """Only the entities of the given types."""
    if labels is None:
        return entities
    kept = [i for i, kind in enumerate(entities.types) if kind in set(labels)]
    return Entities(
        [entities.types[i] for i in kept],
        [entities.ids[i] for i in kept],
        [entities.names[i] for i in kept],
        [entities.held_out[i] for i in kept],
        [entities.rights[i] for i in kept],
    )


def _keep_joined(entities: Entities, facts: Facts) -> tuple[Entities, Facts]:
    """Only the entities whose type the facts join, and the facts with their indices there."""
    ends = np.unique(np.concatenate([facts.head, facts.tail]))
    joined = {entities.types[i] for i in ends}
    inside = np.array([kind in joined for kind in entities.types], dtype=bool)
    index = np.cumsum(inside) - 1
    moved = Facts(facts.relations, index[facts.head], facts.relation, index[facts.tail], facts.split)
    return _keep(entities, joined), moved


def _add_entities(data: HeteroData, entities: Entities) -> None:
    for kind, part in _slices(entities):
        data[kind].id = entities.ids[part]
        data[kind].name = entities.names[part]
        data[kind].held_out = torch.tensor(entities.held_out[part], dtype=torch.bool)
        if any(entities.rights[part]):
            data[kind].rights = entities.rights[part]
        data[kind].num_nodes = part.stop - part.start


def _add_vectors(
    data: HeteroData, database: Database, entities: Entities, cache: Path | None, progress: Progress
) -> None:
    data.encoders = {}
    for row in database.read("vectors/list_encoders"):
        modality, dimension = row["modality"], row["dimension"]
        data.encoders[modality] = {"name": row["name"], "digest": row["digest"], "dimension": dimension}
        wanted = (database, modality, entities.ids, dimension, progress)
        file = cache and cache / f"{modality}.safetensors"
        vectors, present = read_through(file, *wanted) if file else read_vectors(*wanted)
        every = torch.from_numpy(vectors)  # of which each type has a part, so that all can be had without a copy
        for kind, part in _slices(entities):
            data[kind][modality] = every[part]
            data[kind][f"{modality}_mask"] = torch.from_numpy(present[part])


def _add_facts(data: HeteroData, entities: Entities, facts: Facts) -> None:
    parts = _slices(entities)
    starts = np.array([part.start for _, part in parts] or [0])
    head_type = np.searchsorted(starts, facts.head, side="right") - 1
    tail_type = np.searchsorted(starts, facts.tail, side="right") - 1
    gate = _gate_mask(entities, facts)
    for (relation, h, t), rows in _groups(facts.relation, head_type, tail_type):
        store = data[parts[h][0], facts.relations[relation], parts[t][0]]
        store.edge_index = torch.from_numpy(np.stack([facts.head[rows] - starts[h], facts.tail[rows] - starts[t]]))
        for code, name in enumerate(SPLITS):
            store[f"{name}_mask"] = torch.from_numpy(facts.split[rows] == code)
        store.gate_mask = torch.from_numpy(gate[rows])


def _gate_mask(entities: Entities, facts: Facts) -> npt.NDArray[np.bool_]:
    ids = np.array(entities.ids, dtype=object)
    mask: npt.NDArray[np.bool_] = facts.split == SPLITS.index("val")
    mask[mask] = gate_half(ids[facts.head[mask]], ids[facts.tail[mask]])
    return mask


def _add_rejections(data: HeteroData, database: Database) -> None:
    """Rejected links whose edge type the graph has, and that no fact contradicts, as negatives."""
    place = {id_: (kind, i) for kind in data.node_types for i, id_ in enumerate(data[kind].id)}
    rejected: dict[EdgeType, list[tuple[int, int]]] = {edge_type: [] for edge_type in data.edge_types}
    for row in database.read("export/list_rejections"):
        if row["head"] in place and row["tail"] in place:
            (head_type, head), (tail_type, tail) = place[row["head"]], place[row["tail"]]
            if (edge_type := (head_type, row["relation"], tail_type)) in rejected:
                rejected[edge_type].append((head, tail))
    for edge_type, links in rejected.items():
        facts = set(map(tuple, data[edge_type].edge_index.t().tolist())) if links else set()
        open_links = sorted(link for link in links if link not in facts)
        data[edge_type].rejected_edge_index = (
            torch.tensor(open_links, dtype=torch.int64).reshape(-1, 2).t().contiguous()
        )


def _slices(entities: Entities) -> list[tuple[str, slice]]:
    """Each type with the part of the sorted entities that it takes."""
    kinds = sorted(set(entities.types))
    ends = np.cumsum([entities.types.count(kind) for kind in kinds]).tolist()
    return [(kind, slice(a, b)) for kind, a, b in zip(kinds, [0, *ends], ends, strict=False)]


def _groups(*keys: Indices) -> Iterator[tuple[tuple[int, ...], Indices]]:
    """Each distinct combination of keys with the rows that have it, in their order."""
    if len(keys[0]) == 0:
        return
    stacked = np.stack(keys)
    order = np.lexsort(stacked[::-1])
    ordered = stacked[:, order]
    borders = np.flatnonzero(np.any(np.diff(ordered, axis=1) != 0, axis=0)) + 1
    for rows in np.split(order, borders):
        yield tuple(int(k) for k in stacked[:, rows[0]]), rows
