"""Which entities have other facts than when a model was trained, or its links were made: digests kept beside it."""

from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from torch import Tensor

from base.distinct import among, distinct
from base.files import replacing
from models.triples.knowledge_graph import KnowledgeGraph

FILE = "facts_read.parquet"  # of the facts that links were made from
CITED = "facts_cited.npy"  # one number for each fact that links may cite
TRAINED = "facts_trained.parquet"  # of those and the rejected links that a training saw
MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)


def changed_since(folder: Path, graph: KnowledgeGraph) -> list[str]:
    """Ids of the entities whose facts are others than those kept in a model's folder; all where nothing is kept."""
    if not (folder / FILE).is_file():
        return graph.entities
    kept = pd.read_parquet(folder / FILE).set_index("entity")["digest"]
    today = digests(graph)
    before = kept.reindex(today.index)
    return [str(entity) for entity in today.index[before.isna() | (before != today)]]


def keep_trained(folder: Path, graph: KnowledgeGraph) -> None:
    """Keep what a model was trained on."""
    _write(folder / TRAINED, digests(graph, graph.rejected))


def changed_since_training(folder: Path, graph: KnowledgeGraph) -> int | None:
    """How many entities have other facts or rejected links than in training, or are gone; None: nobody knows."""
    if not (folder / TRAINED).is_file():
        return None
    kept = pd.read_parquet(folder / TRAINED).set_index("entity")["digest"]
    today = digests(graph, graph.rejected)
    return int((kept.reindex(today.index) != today).sum()) + len(kept.index.difference(today.index))


def keep_cited(folder: Path, graph: KnowledgeGraph, *, and_former: bool = False) -> None:
    """Keep which facts a model's links may cite; `and_former` where some links were made from former ones."""
    today = distinct(_numbers(graph, graph.facts))
    if and_former:
        if not (folder / CITED).is_file():
            return
        today = distinct(np.concatenate([today, np.load(folder / CITED)]))
    with replacing(folder / CITED) as draft, draft.open("wb") as file:
        np.save(file, today)


def are_gone(folder: Path, graph: KnowledgeGraph, made: datetime | None) -> bool:
    """Whether the graph lost a fact that a model's links may cite; `made` is when some were last made anew.

    True where nobody knows which these are, as after decisions, when the page makes links anew.
    """
    file = folder / CITED
    if not file.is_file() or (made is not None and file.stat().st_mtime < made.timestamp()):
        return True
    return not among(np.load(folder / CITED), distinct(_numbers(graph, graph.facts))).all()


def keep(folder: Path, graph: KnowledgeGraph, heads: list[str] | None = None) -> None:
    """Keep the digests of the facts of these entities (None: of all) for what a model's links were made from."""
    today = digests(graph)
    if heads is not None:
        if not (folder / FILE).is_file():
            return  # the links of the others were made from facts that nobody knows
        kept = pd.read_parquet(folder / FILE).set_index("entity")["digest"]
        today = pd.concat([kept.drop(heads, errors="ignore"), today.loc[heads]])
    _write(folder / FILE, today)


def forget(folder: Path) -> None:
    """From now on nobody knows which facts a model's links were made from."""
    for name in (FILE, CITED):
        (folder / name).unlink(missing_ok=True)


def digests(graph: KnowledgeGraph, rejected: Tensor | None = None) -> "pd.Series[str]":
    """A hexadecimal digest of the facts of each entity, as head and as tail, by id; their order does not matter.

    `rejected` int64 [k, 3] are links that count as well.
    """
    sums = np.zeros(graph.num_entities, dtype=np.uint64)
    for kind, links in enumerate((graph.facts, rejected)):
        if links is not None:
            told = _numbers(graph, links, kind)
            for ends in links[:, [0, 2]].numpy().T:
                np.add.at(sums, ends, told)
    return pd.Series([f"{value:016x}" for value in sums.tolist()], index=graph.entities)


def _numbers(graph: KnowledgeGraph, links: Tensor, kind: int = 0) -> npt.NDArray[np.uint64]:
    """A number for each of links int64 [k, 3], by names, which graphs of other rows share."""
    entities, relations = _hashes(graph.entities), _hashes(graph.relations)
    heads, names, tails = links.numpy().T
    told: npt.NDArray[np.uint64] = entities[heads] * MIX[0] + relations[names] * MIX[1] + entities[tails] * MIX[2]
    told += np.uint64(kind)
    told ^= told >> np.uint64(29)
    told *= MIX[1]
    told ^= told >> np.uint64(32)
    return told


def _write(path: Path, found: "pd.Series[str]") -> None:
    with replacing(path) as draft:
        found.rename_axis("entity").rename("digest").reset_index().to_parquet(draft)


def _hashes(names: list[str]) -> npt.NDArray[np.uint64]:
    return pd.util.hash_array(np.array(names, dtype=object), categorize=False)
