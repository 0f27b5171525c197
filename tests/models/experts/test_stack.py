"""Weighing experts: whoever finds hidden facts is trusted, for the queries for which it does."""

import torch
from torch import Tensor

from models.experts.ensemble import Trust, fit
from models.triples.known_facts import KnownFacts
from models.triples.sides import Side

ENTITIES, RELATIONS = 60, 2
SEEN = torch.arange(ENTITIES) < 30


def hidden_facts() -> Tensor:
    """(i, r, i + 1) for both relations."""
    heads = torch.arange(ENTITIES - 1).repeat(RELATIONS)
    return torch.stack([heads, torch.arange(RELATIONS).repeat_interleave(ENTITIES - 1), heads + 1], dim=1)


def parts(pairs: Tensor, side: Side, candidates: Tensor) -> Tensor:
    """Noise; an expert that is right of relation 0; one that is right where the known entity is unseen."""
    generator = torch.Generator().manual_seed(int(pairs.sum()))
    noise = torch.randn(len(pairs), len(candidates), 3, generator=generator)
    right = (candidates == (pairs[:, [0]] + (1 if side == "tail" else -1))).float()
    noise[:, :, 1] += 6 * right * (pairs[:, [1]] == 0)
    noise[:, :, 2] += 6 * right * ~SEEN[pairs[:, [0]]]
    return noise


def test_trust_goes_to_the_expert_that_is_right_by_relation_and_known_entity() -> None:
    trust = Trust(RELATIONS, 3)
    assert trust.weights[0, 0].tolist() == [1, 0, 0]
    known = KnownFacts(torch.empty(0, 3, dtype=torch.long), RELATIONS)
    fit(trust, parts, SEEN, known, hidden_facts(), seed=0)
    for side in ("tail", "head"):
        of_seen = trust.of(torch.tensor([0, 1]), side, torch.tensor([True, True]))
        of_unseen = trust.of(torch.tensor([0, 1]), side, torch.tensor([False, False]))
        assert of_seen[0].argmax() == 1
        assert of_unseen[1].argmax() == 2
        assert of_seen[0, 1] > of_seen[1, 1]
        assert of_unseen[1, 2] > of_seen[1, 2]


def test_the_same_seed_gives_the_same_weights() -> None:
    found = []
    for _ in range(2):
        trust = Trust(RELATIONS, 3)
        fit(trust, parts, SEEN, KnownFacts(hidden_facts()[:5], RELATIONS), hidden_facts(), seed=1)
        found.append(trust.weights)
    assert torch.equal(*found)


def test_the_known_entity_itself_always_competes_so_that_its_nearness_to_itself_is_outweighed() -> None:
    entities = 100_000  # of which hardly any is among the sampled candidates
    heads = torch.arange(100)
    facts = torch.stack([heads, torch.zeros_like(heads), heads + 1], dim=1)

    def near(pairs: Tensor, side: Side, candidates: Tensor) -> Tensor:
        itself = (candidates == pairs[:, [0]]).float()
        right = (candidates == (pairs[:, [0]] + (1 if side == "tail" else -1))).float()
        return torch.stack([6 * itself + 3 * right, itself], dim=2)

    trust = Trust(1, 2)
    fit(trust, near, torch.ones(entities, dtype=torch.bool), KnownFacts(facts, 1), facts, seed=0)
    nearness, itself = trust.of(torch.tensor([0]), "tail", torch.tensor([True]))[0].tolist()
    assert nearness > 0
    assert 6 * nearness + itself < 3 * nearness


def test_an_expert_is_trusted_as_far_whatever_its_unit() -> None:
    known = KnownFacts(torch.empty(0, 3, dtype=torch.long), RELATIONS)
    units = torch.tensor([1.0, 0.01, 1.0])
    found = []
    for unit in (torch.ones(3), units):
        trust = Trust(RELATIONS, 3)
        fit(trust, lambda *query, unit=unit: parts(*query) * unit, SEEN, known, hidden_facts(), seed=0)
        found.append(trust.weights * unit)
    # where candidates have different scores; the unit may change how sums are rounded
    torch.testing.assert_close(*found, rtol=0.02, atol=0.05)
