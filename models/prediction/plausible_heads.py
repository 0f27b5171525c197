"""Who is asked for a relation: entities whose facts resemble those of its heads, so that no label is needed."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor

from base.distinct import distinct
from models.ranking.candidates import of_types
from models.triples.knowledge_graph import KnowledgeGraph

LEAST = 0.5  # of how often the relation's labels have it on the whole
FEW = 5_000  # entities that are quickly asked, however few facts tell what they are


class PlausibleHeads:
    """Which entities may be heads of a relation, judged by the relations in which they already stand.

    An entity is asked if it already has the relation, if it has no facts, or if it is head, or tail, of some other
    relation whose heads, or tails, have the asked one at least LEAST times as often as all entities of the labels that
    have it. So a place is not asked for its occupation. Where those labels have at most `few` entities (None: FEW) all
    are asked.
    """

    def __init__(self, graph: KnowledgeGraph, few: int | None = None) -> None:
        self.graph = graph
        self.few = FEW if few is None else few

    @cached_property
    def _stands(self) -> Any:
        """Float32 [N, 2 R]: 1 where an entity is a head, or (second half) a tail, of a relation."""
        facts, relations = self.graph.facts, self.graph.num_relations
        rows = torch.cat([facts[:, 0], facts[:, 2]])
        columns = torch.cat([facts[:, 1], facts[:, 1] + relations])
        cells = distinct((rows * (2 * relations) + columns).numpy())
        return sparse.csr_matrix(
            (np.ones(len(cells), dtype=np.float32), np.divmod(cells, 2 * relations)),
            shape=(self.graph.num_entities, 2 * relations),
        )

    @cached_property
    def _columns(self) -> Any:
        return self._stands.tocsc()

    @cached_property
    def _without_facts(self) -> npt.NDArray[np.bool_]:
        without: npt.NDArray[np.bool_] = self._stands.getnnz(axis=1) == 0
        return without

    def of(self, relation: int) -> Tensor:
        """Bool [N]."""
        labelled = self._labelled(relation)
        if len(labelled) <= self.few:
            return torch.ones(self.graph.num_entities, dtype=torch.bool)
        has = self._columns[:, [relation]].toarray()[:, 0] > 0
        kind = np.zeros(self.graph.num_entities, dtype=np.float32)
        kind[labelled.numpy()] = 1
        kind[self._without_facts] = 0
        share = (kind * has).sum() / max(kind.sum(), 1)
        standing, having = self._stands.T @ kind, self._stands.T @ (kind * has)
        telling = having >= LEAST * share * np.maximum(standing, 1)
        telling[relation] = False
        return torch.from_numpy(has | self._without_facts | (self._stands @ telling.astype(np.float32) > 0))

    def left_out(self, relations: Iterable[int]) -> tuple[int, int]:
        """How many pairs of a relation and an entity of its heads' labels are not asked, and how many there are."""
        left, every = 0, 0
        for relation in relations:
            labelled = self._labelled(relation)
            left += int((~self.of(relation)[labelled]).sum())
            every += len(labelled)
        return left, every

    def _labelled(self, relation: int) -> Tensor:
        return of_types(self.graph, {head for head, _ in self.graph.relation_types[relation]})
