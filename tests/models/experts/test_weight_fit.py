"""Weighing experts: whoever finds hidden facts is trusted, for the queries for which it does."""

import pytest
import torch
from torch import Tensor

from models.experts.contenders import compare
from models.experts.expert import Voice
from models.experts.weight_fit import fit
from models.triples.known_facts import KnownFacts
from models.triples.sides import Side

ENTITIES, RELATIONS = 60, 2
SEEN = torch.arange(ENTITIES) < 30
BARE, TRAINED = 0, 8  # groups: nothing known; training facts, no picture and no text
NEW, KNOWN = 0, 2  # states of candidates: nothing known; training facts
NOTHING = torch.empty(0, 3, dtype=torch.long)


def hidden_facts(entities: int = ENTITIES, relations: int = RELATIONS) -> Tensor:
    """(i, r, i + 1) for each relation."""
    heads = torch.arange(entities - 1).repeat(relations)
    return torch.stack([heads, torch.arange(relations).repeat_interleave(entities - 1), heads + 1], dim=1)


def say(pairs: Tensor, side: Side, candidates: Tensor) -> Tensor:
    """Noise; an expert that is right of relation 0; one that is right where the known entity is unseen."""
    heads, tails = (pairs[:, :1], candidates) if side == "tail" else (candidates, pairs[:, :1])
    seeds = pairs[:, :1] * 7919 + pairs[:, 1:] * 104729 + candidates * 31337
    noise = torch.stack([(seeds * (3 + k) % 1009) / 290 - 1.7 for k in range(3)], dim=2)
    right = (tails == heads + 1).float()
    noise[:, :, 1] += 6 * right * (pairs[:, [1]] == 0)
    noise[:, :, 2] += 6 * right * ~SEEN[pairs[:, [0]]]
    return noise


def test_trust_goes_to_the_expert_that_is_right_by_relation_and_known_entity(made) -> None:  # type: ignore[no-untyped-def]
    ensemble, model = made(say, 3, SEEN, RELATIONS)
    assert ensemble.weights.weights[0, 0].tolist() == [[1, 0, 0]] * 3
    found = fit(ensemble.speak(model), KnownFacts(NOTHING, RELATIONS), hidden_facts(), seed=0)
    assert found.kept
    assert found.fitted > found.first_alone + 0.3
    for side in ("tail", "head"):
        of_seen, of_unseen = (
            ensemble.weights.of(torch.tensor([0, 1]), side, torch.tensor(group))[:, KNOWN] for group in (TRAINED, BARE)
        )
        assert of_seen[0].argmax() == 1
        assert of_unseen[1].argmax() == 2
        assert of_seen[0, 1] > of_seen[1, 1]
        assert of_unseen[1, 2] > of_seen[1, 2]


def test_trust_depends_on_what_the_candidate_has(made) -> None:  # type: ignore[no-untyped-def]
    """Part 1 is right of candidates with training facts, and silent of the others, whom part 2 alone knows."""

    def by_candidate(pairs: Tensor, side: Side, candidates: Tensor) -> Tensor:
        noise = say(pairs, side, candidates)[:, :, :1]
        heads, tails = (pairs[:, :1], candidates) if side == "tail" else (candidates, pairs[:, :1])
        right, seen = 3 * (tails == heads + 1).float(), SEEN[candidates].float()
        near = 9 * (tails == heads + 2).float()  # misleads part 2 where it is not needed
        return torch.stack([noise[:, :, 0], right * seen, right * (1 - seen) + near * seen], dim=2)

    ensemble, model = made(by_candidate, 3, SEEN, RELATIONS)
    found = fit(ensemble.speak(model), KnownFacts(NOTHING, RELATIONS), hidden_facts(), seed=0)
    assert found.fitted > 0.9
    weights = ensemble.weights.of(torch.tensor([0]), "tail", torch.tensor(TRAINED))[0]
    assert weights[NEW, 2] > 2 * weights[KNOWN, 2]
    opinions = ensemble.speak(model, NOTHING)
    pairs = torch.tensor([[3, 0], [40, 1]])
    by_part = torch.stack(opinions.by_part(pairs, "tail"), dim=2)
    of_pair = opinions.weights(pairs, "tail")[:, torch.where(SEEN, KNOWN, NEW)]
    expected = (by_part * of_pair).sum(2)
    torch.testing.assert_close(opinions.scores(pairs, "tail"), expected)
    some = torch.tensor([50, 2, 41, 7])
    torch.testing.assert_close(opinions.scores(pairs, "tail", some), expected[:, some])


def test_the_same_seed_gives_the_same_weights(made) -> None:  # type: ignore[no-untyped-def]
    found = []
    for _ in range(2):
        ensemble, model = made(say, 3, SEEN, RELATIONS)
        fit(ensemble.speak(model), KnownFacts(hidden_facts()[:5], RELATIONS), hidden_facts(), seed=1)
        found.append(ensemble.weights.weights)
    assert torch.equal(*found)


def test_the_known_entity_itself_always_competes_so_that_its_nearness_to_itself_is_outweighed(made) -> None:  # type: ignore[no-untyped-def]
    entities = 30_000  # of which hardly any is drawn
    facts = hidden_facts(101, 1)

    def near(pairs: Tensor, side: Side, candidates: Tensor) -> Tensor:
        itself = (candidates == pairs[:, [0]]).float()
        right = (candidates == (pairs[:, [0]] + (1 if side == "tail" else -1))).float()
        return torch.stack([6 * itself + 3 * right, itself], dim=2)

    ensemble, model = made(near, 2, torch.ones(entities, dtype=torch.bool), 1)
    fit(ensemble.speak(model), KnownFacts(facts, 1), facts, seed=0)
    nearness, itself = ensemble.weights.of(torch.tensor([0]), "tail", torch.tensor([TRAINED]))[0, KNOWN].tolist()
    assert nearness > 0
    assert 6 * nearness + itself < 3 * nearness


def test_where_the_first_part_alone_does_best_it_keeps_all_the_say(made) -> None:  # type: ignore[no-untyped-def]
    def right_already(pairs: Tensor, side: Side, candidates: Tensor) -> Tensor:
        scores = say(pairs, side, candidates)
        heads, tails = (pairs[:, :1], candidates) if side == "tail" else (candidates, pairs[:, :1])
        return torch.stack([(tails == heads + 1).float(), scores[:, :, 0]], dim=2)

    ensemble, model = made(right_already, 2, SEEN, RELATIONS)
    found = fit(ensemble.speak(model), KnownFacts(NOTHING, RELATIONS), hidden_facts(), seed=0)
    assert not found.kept
    assert found.first_alone == 1
    assert ensemble.weights.weights[..., 0].unique().tolist() == [1]
    assert ensemble.weights.weights[..., 1].count_nonzero() == 0


@pytest.mark.parametrize(
    ("facts", "unseen", "seed"), [(1, 1, 0), (10, 0, 1), (10, 1, 2), (10, ENTITIES, 3), (118, 1, 4), (118, 12, 5)]
)
def test_weights_stay_finite_whatever_the_graph(made, facts: int, unseen: int, seed: int) -> None:  # type: ignore[no-untyped-def]
    """Nobody without training facts, one, some or all; hardly a fact to fit on, or many."""
    seen = torch.ones(ENTITIES, dtype=torch.bool)
    seen[torch.randperm(ENTITIES, generator=torch.Generator().manual_seed(seed))[:unseen]] = False

    def flagged(pairs: Tensor, side: Side, candidates: Tensor) -> Tensor:
        flags = seen[candidates].float().expand(len(pairs), -1)[:, :, None]
        return torch.cat([say(pairs, side, candidates), flags], dim=2)

    ensemble, model = made(flagged, 4, seen, RELATIONS)
    order = torch.randperm(118, generator=torch.Generator().manual_seed(seed))[:facts]
    found = fit(ensemble.speak(model), KnownFacts(NOTHING, RELATIONS), hidden_facts()[order], seed)
    assert ensemble.weights.weights.abs().max() < 50
    assert not found.kept or found.fitted > found.first_alone


def test_an_expert_is_trusted_as_far_whatever_its_unit(made) -> None:  # type: ignore[no-untyped-def]
    units = torch.tensor([1.0, 0.01, 1.0])
    found = []
    for unit in (torch.ones(3), units):
        ensemble, model = made(lambda *query, unit=unit: say(*query) * unit, 3, SEEN, RELATIONS)
        fit(ensemble.speak(model), KnownFacts(NOTHING, RELATIONS), hidden_facts(), seed=0)
        found.append(ensemble.weights.weights * unit)
    # the unit may change how sums are rounded
    torch.testing.assert_close(*found, rtol=0.02, atol=0.05)


def test_things_arrive_with_all_that_is_held_back_of_them_but_what_is_asked(made) -> None:  # type: ignore[no-untyped-def]
    """Three facts of relation 0 are asked of entities that training never saw: all of relation 1 is known then."""
    ensemble, model = made(say, 3, SEEN, RELATIONS)
    known = []

    def again(voice: Voice, _: object, facts: Tensor) -> Voice:
        known.append(facts)
        return voice

    ensemble.experts["made"].reads_facts = True
    ensemble.experts["made"].voice_again = again
    facts = hidden_facts()
    asked, others = facts[facts[:, 1] == 0][40:43], facts[facts[:, 1] == 1]
    compared = compare(ensemble.speak(model, NOTHING), KnownFacts(NOTHING, RELATIONS), asked, facts, seed=0)
    assert len(compared.rows) == 2 * 2 * len(asked)
    assert all(torch.equal(read, others) for read in known)
    assert len(known) == 1
