"""The graph as learning sees it: entities and relations are rows, facts are index triples."""

from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor
from torch_geometric.data import HeteroData

from base.errors import InputError

FEATURES = ("visual", "textual")
SPLITS = ("train", "val", "gate", "test")


class Features(NamedTuple):
    """One modality's frozen vectors, float32 [N, d], and who has one, bool [N]."""

    vectors: Tensor
    mask: Tensor


@dataclass(frozen=True)
class KnowledgeGraph:
    """A vocabulary and facts as rows (head, relation, tail) of it.

    `triples["val"]` is the half of validation for stopping and tuning, `triples["gate"]` the half for the gate and for
    calibration. All splits are known facts, which do not compete when others are ranked. A relation's parameters are
    shared by name, so `relations` are names and `relation_types` holds the pairs (head type, tail type) that each
    joins.
    """

    entities: list[str]
    names: list[str]
    type_names: list[str]
    entity_types: Tensor
    relations: list[str]
    relation_types: list[set[tuple[int, int]]]
    triples: dict[str, Tensor]
    features: dict[str, Features] = field(default_factory=dict)
    rejected: Tensor = field(default_factory=lambda: torch.empty(0, 3, dtype=torch.long))
    held_out: Tensor = field(default_factory=lambda: torch.empty(0, dtype=torch.bool))
    encoders: dict[str, dict[str, object]] = field(default_factory=dict)
    fingerprint: str = ""

    @classmethod
    def from_hetero(cls, data: HeteroData, rows: slice | None = None) -> "KnowledgeGraph":
        """Entities by node type, then in the order of the node store; raises InputError where modalities are uneven.

        `rows` are the entities whose features are read (None: all); masks are those of all.
        """
        types = sorted(data.node_types)
        counts = [int(data[name].num_nodes) for name in types]
        starts = dict(zip(types, torch.tensor([0, *counts]).cumsum(0).tolist(), strict=False))
        relations = sorted({relation for _, relation, _ in data.edge_types})
        relation_types: list[set[tuple[int, int]]] = [set() for _ in relations]
        facts: dict[str, list[Tensor]] = {name: [] for name in (*SPLITS, "rejected")}
        for edge_type in sorted(data.edge_types):
            row = relations.index(edge_type[1])
            relation_types[row].add((types.index(edge_type[0]), types.index(edge_type[2])))
            for name, triples in _edge_triples(data, edge_type, starts, row).items():
                facts[name].append(triples)
        stacked = {name: torch.cat(parts) if parts else torch.empty(0, 3).long() for name, parts in facts.items()}
        return cls(
            entities=[identity for name in types for identity in data[name].id],
            names=[shown for name in types for shown in data[name].name],
            type_names=types,
            entity_types=torch.repeat_interleave(torch.arange(len(types)), torch.tensor(counts, dtype=torch.long)),
            relations=relations,
            relation_types=relation_types,
            triples={name: stacked[name] for name in SPLITS},
            features={name: part for name in FEATURES if (part := _features(data, types, name, rows)) is not None},
            rejected=stacked["rejected"],
            held_out=torch.cat([data[name].held_out for name in types]),
            encoders=dict(data.encoders),
            fingerprint=str(data.fingerprint),
        )

    @property
    def num_entities(self) -> int:
        return len(self.entities)

    @property
    def num_relations(self) -> int:
        return len(self.relations)

    @property
    def facts(self) -> Tensor:
        """The facts of all splits, [m, 3]."""
        return torch.cat(list(self.triples.values()))

    @property
    def seen(self) -> Tensor:
        """Entities with at least one training fact, bool [N]; the others never get a structural vector."""
        seen = torch.zeros(self.num_entities, dtype=torch.bool)
        seen[self.triples["train"][:, [0, 2]].flatten()] = True
        return seen

    @property
    def unseen(self) -> Tensor:
        """Entities without any training fact, bool [N]."""
        return ~self.seen


def count_training_facts(data: HeteroData) -> int:
    """How many facts of an exported graph are trained on."""
    return sum(int(data[edge_type].train_mask.sum()) for edge_type in data.edge_types)


def _edge_triples(
    data: HeteroData, edge_type: tuple[str, str, str], starts: dict[str, int], relation: int
) -> dict[str, Tensor]:
    """The split and the rejected facts of one edge type as rows of the whole vocabulary."""
    store = data[edge_type]
    shift = torch.tensor([[starts[edge_type[0]]], [starts[edge_type[2]]]])

    def rows(index: Tensor) -> Tensor:
        head, tail = index + shift
        return torch.stack([head, torch.full_like(head, relation), tail], dim=1)

    facts = rows(store.edge_index)
    masks = {
        "train": store.train_mask,
        "val": store.val_mask & ~store.gate_mask,
        "gate": store.gate_mask,
        "test": store.test_mask,
    }
    return {name: facts[mask] for name, mask in masks.items()} | {"rejected": rows(store.rejected_edge_index)}


def _features(data: HeteroData, types: list[str], modality: str, rows: slice | None) -> Features | None:
    having = [name for name in types if modality in data[name]]
    if not having:
        return None
    if having != types:
        missing = sorted(set(types) - set(having))
        raise InputError(f"{modality} vectors are on some node types but not on {missing}: all have them, or none")
    parts, start = [], 0
    for name in types:
        of_type, stop = data[name][modality], start + data[name].num_nodes
        first, last = (start, stop) if rows is None else (max(start, rows.start), min(stop, rows.stop))
        parts.append(of_type[first - start : max(first, last) - start])
        start = stop
    vectors = _joined(parts) if rows is None else torch.cat(parts)
    return Features(vectors.float(), torch.cat([data[name][f"{modality}_mask"] for name in types]).bool())


def _joined(parts: list[Tensor]) -> Tensor:
    """Tables [n, d] one below the other; not copied if they lie so in one memory already, as those of an export do."""
    first, at = parts[0], parts[0].storage_offset()
    for part in parts:
        same = part.untyped_storage().data_ptr() == first.untyped_storage().data_ptr() and part.dtype == first.dtype
        if not same or part.storage_offset() != at or part.shape[1:] != first.shape[1:] or not part.is_contiguous():
            return torch.cat(parts)
        at += part.numel()
    return first.as_strided((sum(map(len, parts)), *first.shape[1:]), first.stride())
