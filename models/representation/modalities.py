"""One modality's vectors of entities: trained rows for structure, projected features for pictures and texts.

Entities are rows int64 [n], a slice of those that this process holds, or None for all of these: everybody's, where
tables are not sharded.
"""

import weakref
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.representation.nystroem import Nystroem
from models.representation.row_shards import RowShards, xavier_uniform
from models.triples.knowledge_graph import Features

Rows = Tensor | slice | None
ROUNDING = 1e-6  # of the length of a vector that was made as long as one


class Structural(nn.Module):
    """A trained vector per entity; only entities with training facts have one."""

    def __init__(self, seen: Tensor, width: int, sparse: bool, shards: RowShards | None = None) -> None:
        super().__init__()
        self.sparse = sparse
        self.shards = shards
        self.mask: Tensor
        self.register_buffer("mask", seen)
        self.table = nn.Parameter(xavier_uniform(len(seen), width, shards))

    def forward(self, entities: Rows) -> Tensor:
        return _rows(self.table, entities, self.sparse, self.shards)

    def present(self, entities: Rows) -> Tensor:
        return of_entities(self.mask, entities, self.shards)


class Projected(nn.Module):
    """Features of an encoder, adapted where asked for, projected to `width` where they are not as wide.

    `shares`: the projection is to be shared with another modality, so that there is one at any width.
    `adapts_projected`: the adapter comes after the projection, not before it.
    Frozen features are a buffer, which may stay `on_host` while the rest is on a GPU: then rows alone are sent there.
    Fine-tuned ones are a trained table. With `landmarks` frozen ones are described by their
    similarity to so many of them before all else.
    """

    def __init__(
        self,
        features: Features,
        width: int,
        *,
        adapter_width: int | None,
        fine_tune: bool,
        sparse: bool,
        shares: bool = False,
        adapts_projected: bool = False,
        landmarks: int = 0,
        shards: RowShards | None = None,
    ) -> None:
        """With `shards`, features are those of this process's rows and the mask is that of all entities."""
        super().__init__()
        self.sparse = sparse and fine_tune
        self.shards = shards
        self.mask: Tensor
        self.register_buffer("mask", features.mask)
        self.vectors: Tensor
        if fine_tune:
            self.vectors = nn.Parameter(features.vectors.clone())
        else:
            self.register_buffer("vectors", features.vectors)
        self.on_host = False
        self._units: weakref.ref[Tensor] | None = None
        self._units_of: list[tuple[int, int]] = []
        self.landmarks = Nystroem(features.vectors.shape[1], landmarks) if landmarks else None
        self.descriptions: Tensor | None
        self.register_buffer("descriptions", None, persistent=False)
        self.dimension = dimension = landmarks or features.vectors.shape[1]
        self.adapts_projected = adapts_projected
        adapted = width if adapts_projected else dimension
        self.adapter = Adapter(adapted, adapter_width) if adapter_width else nn.Identity()
        as_it_is = dimension == width and not shares
        self.projection: nn.Module = nn.Identity() if as_it_is else nn.Linear(dimension, width, bias=False)

    def forward(self, entities: Rows) -> Tensor:
        vectors = self._sent(entities) if self.on_host and self.landmarks is None else self._taken(entities)
        maps = (self.projection, self.adapter) if self.adapts_projected else (self.adapter, self.projection)
        for change in maps:
            vectors = change(vectors)
        return vectors

    def _taken(self, entities: Rows) -> Tensor:
        return _rows(self._inputs(), entities, self.sparse, self.shards)

    def _sent(self, entities: Rows) -> Tensor:
        """Features [n, d] of entities, gathered where a GPU can fetch them while it computes."""
        named = slice(None) if entities is None else entities
        rows = named if isinstance(named, Tensor) else torch.arange(len(self.mask))[named]
        wanted = self.vectors.new_empty(len(rows), self.vectors.shape[1], pin_memory=self.mask.is_cuda)
        torch.index_select(self.vectors, 0, rows.cpu(), out=wanted)
        return wanted.to(self.mask.device, non_blocking=True)

    def _apply(self, change: Callable[[Tensor], Tensor], recurse: bool = True) -> "Projected":
        """Move to another device all but the features that stay on the host."""
        held = self._buffers.get("vectors") if self.on_host else None
        if held is not None:
            self._buffers["vectors"] = None
        super()._apply(change, recurse)  # type: ignore[no-untyped-call]
        if held is not None:
            self._buffers["vectors"] = held
        return self

    def _inputs(self) -> Tensor:
        if self.landmarks is None:
            return self.vectors
        if self.descriptions is None:
            with torch.no_grad():
                self.descriptions = self.landmarks(self.vectors)
        return self.descriptions

    def choose_landmarks(self, seed: int) -> None:
        """Draw those of a model that is to be trained."""
        if self.landmarks is not None:
            self.landmarks.choose(self.mask, lambda rows: _rows(self.vectors, rows, False, self.shards).detach(), seed)

    def take_landmarks(self, other: "Projected") -> None:
        """Those of another model that is built alike, whose projection fits no others."""
        if self.landmarks is not None and other.landmarks is not None:
            self.landmarks.load_state_dict(other.landmarks.state_dict())
            self.descriptions = None

    def present(self, entities: Rows) -> Tensor:
        return of_entities(self.mask, entities, self.shards)

    def unit_features(self) -> Tensor:
        """The features themselves [N, d], of unit length, zeros where there are none; nothing is learned by them.

        They are where the features are, and the features themselves where those have that length, as an encoder's do.
        All who ask hold the same ones, as long as neither features nor mask change.
        """
        now = [(id(part), part._version) for part in (self.vectors, self.mask)]
        held = self._units() if self._units is not None else None
        if held is None or now != self._units_of:
            vectors, mask = self.vectors.detach(), self.mask.to(self.vectors.device)
            beside = (torch.linalg.vector_norm(vectors, dim=1) - mask.to(vectors.dtype)).abs()
            as_they_are = not self.vectors.requires_grad and bool((beside < ROUNDING).all())
            held = vectors if as_they_are else F.normalize(vectors, dim=1).mul_(mask[:, None])
            self._units, self._units_of = weakref.ref(held), now
        return held


class Adapter(nn.Module):
    """Residual bottleneck x + tanh(g) * LayerNorm(W2 ReLU(W1 x)).

    The identity at first, since g starts at zero; the maps do not, or no gradient would ever reach either factor.
    """

    def __init__(self, dimension: int, bottleneck: int) -> None:
        super().__init__()
        self.down = nn.Linear(dimension, bottleneck)
        self.up = nn.Linear(bottleneck, dimension)
        self.gate = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        change = F.layer_norm(self.up(self.down(x).relu()), x.shape[-1:])
        return x + self.gate.tanh() * change


class Imaginary(nn.Module):
    """Imaginary parts of complex vectors: a trained row for some entities, tanh(g) * P real for the others.

    The gate g starts at zero, the projection P does not, or neither would ever change.
    """

    def __init__(self, rows: Tensor, width: int, sparse: bool, shards: RowShards | None = None) -> None:
        super().__init__()
        self.sparse = sparse
        self.shards = shards
        self.rows: Tensor
        self.register_buffer("rows", rows)
        self.table = nn.Parameter(xavier_uniform(len(rows), width, shards))
        self.projection = nn.Linear(width, width, bias=False)
        self.gate = nn.Parameter(torch.zeros(()))

    def forward(self, entities: Rows, real: Tensor, structured: Tensor | None) -> Tensor:
        """Imaginary parts [n, width]; rows are used only for `structured` entities, bool [n] (None: all)."""
        own = _rows(self.table, entities, self.sparse, self.shards)
        if bool(self.rows.all()):
            return own
        derived = self.gate.tanh() * self.projection(real)
        used = of_entities(self.rows, entities, self.shards)
        return torch.where((used if structured is None else used & structured)[:, None], own, derived)


def of_entities(values: Tensor, entities: Rows, shards: RowShards | None = None) -> Tensor:
    """The rows of `values` [N, ...], which every process holds all of, that belong to entities."""
    if isinstance(entities, Tensor):
        return values[entities]
    own = values if shards is None else values[shards.own]
    return own if entities is None else own[entities]


def _rows(table: Tensor, entities: Rows, sparse: bool, shards: RowShards | None) -> Tensor:
    if isinstance(entities, Tensor):
        return F.embedding(entities, table, sparse=sparse) if shards is None else shards.take(table, entities, sparse)
    return table if entities is None else table[entities]
