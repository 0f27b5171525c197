"""How far each part of each expert is trusted, by relation, side, what the known entity has and what the candidate."""

import torch
from torch import Tensor, nn

from models.triples.sides import Side

STATES = 3  # of an entity: nothing is known of it, it has facts only now, it has training facts
GROUPS = 4 * STATES
"""What an entity has: its state, a picture or none, a text or none."""


class ExpertWeights(nn.Module):
    """Weights [2R, GROUPS, STATES, K] of K parts: for the tails of each relation, then its heads.

    They go by the known entity's group and by the candidate's state: of who has no facts only features can tell.

    Until they are fitted the first part has all the say.
    """

    def __init__(self, relations: int, parts: int) -> None:
        super().__init__()
        self.relations = relations
        self.weights: Tensor
        self.register_buffer("weights", torch.eye(parts)[0].repeat(2 * relations, GROUPS, STATES, 1))

    def of(self, relations: Tensor, side: Side, groups: Tensor) -> Tensor:
        """Weights [B, STATES, K] for relations [B] and groups [B] of known entities."""
        return self.weights[self.rows(relations, side), groups]

    def rows(self, relations: Tensor, side: Side) -> Tensor:
        """Rows of the weights for relations [B]."""
        return relations if side == "tail" else relations + self.relations

    def trust_first(self) -> None:
        """Give the first part all the say."""
        self.weights.zero_()
        self.weights[..., 0] = 1


def states(seen: Tensor, has_facts: Tensor) -> Tensor:
    """The state of each entity, int64 [N], by who has training facts and who has facts, bool [N] each."""
    return torch.where(seen, 2, has_facts.long())


def groups(state: Tensor, picture: Tensor, text: Tensor) -> Tensor:
    """The group of each entity, int64 [N], by its state and by who has a picture and a text, bool [N] each."""
    return 4 * state + 2 * picture.long() + text.long()


def split_groups(group: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """State, picture and text of groups."""
    return group // 4, group // 2 % 2, group % 2
