"""Known answers among some candidates are those that a loop finds, however many answers a query has."""

import pytest
import torch

from models.triples.known_facts import KnownFacts

ENTITIES = 30


@pytest.mark.parametrize("chosen", [1, 3, 6, ENTITIES])
@pytest.mark.parametrize("questions", [1, 7])
@pytest.mark.parametrize("seed", range(3))
def test_answers_among_candidates_are_those_that_a_loop_finds(seed: int, questions: int, chosen: int) -> None:
    """Be the hub asked for or among the candidates, and gone through the answers of the one or the facts of others."""
    generator = torch.Generator().manual_seed(seed)
    few = torch.stack([torch.randint(n, (40,), generator=generator) for n in (ENTITIES, 2, ENTITIES)], dim=1)
    hub = torch.stack([torch.full((25,), 7), torch.zeros(25, dtype=torch.long), torch.arange(25)], dim=1)
    facts = torch.cat([few, hub, hub[:5]])
    asked = torch.tensor([[7, 0], [7, 0], [3, 1], [29, 0], [7, 1], [2, 0], [7, 0]])[:questions]
    pairs = {"tail": asked, "head": asked.flip(0)}
    candidates = torch.randperm(ENTITIES, generator=generator)[:chosen]
    columns = torch.full((ENTITIES,), -1)
    columns[candidates] = torch.arange(chosen)

    rows, places = KnownFacts(facts, relations=2).answers_among(pairs, candidates, columns)

    listed = facts.tolist()
    tails = [(known, r, "tail") for known, r in pairs["tail"].tolist()]
    heads = [(known, r, "head") for known, r in pairs["head"].tolist()]
    by_hand = {
        (row, place)
        for row, (known, r, side) in enumerate(tails + heads)
        for place, e in enumerate(candidates.tolist())
        if ([known, r, e] if side == "tail" else [e, r, known]) in listed
    }
    found = list(zip(rows.tolist(), places.tolist(), strict=True))
    assert len(found) == len(set(found))
    assert set(found) == by_hand
    assert rows.tolist() == sorted(rows.tolist())
    assert chosen < ENTITIES or sum(row == 0 for row, _ in found) >= 25  # the hub's


def test_no_facts_answer_nothing():
    known = KnownFacts(torch.empty(0, 3, dtype=torch.long), relations=1)
    asked = {"tail": torch.tensor([[0, 0]])}
    assert [len(part) for part in known.answers_among(asked, torch.arange(3), torch.arange(3))] == [0, 0]
    assert [len(part) for part in known.answers_of_sides(asked)] == [0, 0]
