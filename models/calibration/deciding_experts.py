"""The expert that speaks most for a link: its say raises it most above the other listed tails of the relation."""

from collections.abc import Iterator

import torch
from torch import Tensor

from models.experts.ensemble import EXPERTS, Opinions
from models.ranking.candidate_lists import Links
from models.ranking.ranking import BUDGET
from models.ranking.scores import EnsembleScores, Scores

ALONE = "fused"
NOBODY = "nobody"
EXPERT_OF = {part: name for name, kind in EXPERTS.items() for part in getattr(kind, "parts", ())}


def deciding_experts(scores: Scores, links: Links, *, budget: int = BUDGET) -> list[str]:
    """Of each of the links [n] the expert's name: one of EXPERTS, the modality of its cosines, `fused` or `nobody`.

    A score is the sum of what the experts say, each times its weight. What one says of a link counts less its mean over
    all tails that are listed for the relation: so the differences add up to how far the link's score lies above theirs.
    Where none raises it, nobody does. `budget` bounds the numbers held at a time. A model without experts is decided by
    its fused vectors.
    """
    if not isinstance(scores, EnsembleScores):
        return [ALONE] * len(links.heads)
    opinions = scores.opinions
    names = list(dict.fromkeys(EXPERT_OF.get(part, part) for part in opinions.parts))
    owner = [names.index(EXPERT_OF.get(part, part)) for part in opinions.parts]
    decided = torch.zeros(len(links.heads), dtype=torch.long)
    for rows, pairs, at, tails, column in _blocks(links, budget // len(opinions.parts)):
        said = _says(opinions, owner, pairs.to(scores.device), tails.to(scores.device)).cpu()
        most, who = said[:, at, column].max(0)
        decided[rows] = torch.where(most > 0, who, len(names))
    return [[*names, NOBODY][row] for row in decided.tolist()]


def _blocks(links: Links, budget: int) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor, Tensor]]:
    """Rows of links of one relation; pairs [B, 2] of their heads, and which row; tails [C], and which column."""
    for relation in torch.unique(links.relations).tolist():
        own = (links.relations == relation).nonzero()[:, 0]
        tails, column = torch.unique(links.tails[own], return_inverse=True)
        heads, place = torch.unique(links.heads[own], return_inverse=True)
        size = max(1, budget // len(tails))
        for start in range(0, len(heads), size):
            inside = (place >= start) & (place < start + size)
            block = heads[start : start + size]
            pairs = torch.stack([block, torch.full_like(block, relation)], dim=1)
            yield own[inside], pairs, place[inside] - start, tails, column[inside]


def _says(opinions: Opinions, owner: list[int], pairs: Tensor, tails: Tensor) -> Tensor:
    """What each expert says [E, B, C] of tails [C] for pairs [B, 2], weighted, less its mean over the tails."""
    said = torch.zeros(max(owner) + 1, len(pairs), len(tails), device=pairs.device)
    weights = opinions.weights(pairs, "tail")[:, opinions.states[tails]]
    for number, part in enumerate(opinions.by_part(pairs, "tail", tails)):
        said[owner[number]] += weights[:, :, number] * part
    return said - said.mean(2, keepdim=True)
