"""Ranks equal what a plain loop over all candidates counts, under both filters, ties included."""

import pytest
import torch

from base.errors import InputError
from models.ranking import ranking
from models.ranking.candidates import Candidates
from models.ranking.ranking import rank
from models.ranking.scores import Scores, VectorScores
from models.scoring.scorers import SCORERS, ComplEx, DistMult, RotatE, Scorer, TransE
from models.triples.known_facts import KnownFacts, with_inverses

ENTITIES, RELATIONS, WIDTH = 40, 3, 8
SIDES = ("head", "tail")


class Table(Scores):
    """Scores written down: [side][known entity, relation, candidate]."""

    def __init__(self, **by_side: torch.Tensor) -> None:
        self.by_side = by_side
        self.entities = next(iter(by_side.values())).shape[2]
        self.device = torch.device("cpu")

    def score_all(self, pairs, side, candidates=None):
        scores = self.by_side[side][pairs[:, 0], pairs[:, 1]]
        return scores.clone() if candidates is None else scores[:, candidates]


def some_facts(count: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    columns = [torch.randint(n, (count,), generator=generator) for n in (12, RELATIONS, ENTITIES)]
    return torch.unique(torch.stack(columns, dim=1), dim=0)


def vectors_on_a_grid(*shape: int, seed: int) -> torch.Tensor:
    """Small multiples of 1/4: every sum is exact in float32, and equal scores are common."""
    return torch.randint(-4, 5, shape, generator=torch.Generator().manual_seed(seed)) / 4


def scores_of(scorer: Scorer, seed: int = 0) -> VectorScores:
    vectors = vectors_on_a_grid(ENTITIES, WIDTH, seed=seed)
    relations = vectors_on_a_grid(RELATIONS, scorer.relation_width(WIDTH), seed=seed + 1)
    if isinstance(getattr(scorer, "scorer", scorer), RotatE):
        # square roots and turns round, so that equal sums could be told apart: without ties
        vectors = torch.rand(ENTITIES, WIDTH, generator=torch.Generator().manual_seed(seed))
    return VectorScores(
        scorer, vectors, lambda pairs, side: scorer.query(vectors[pairs[:, 0]], relations[pairs[:, 1]], side)
    )


def ranks_by_hand(scores, triples, filtered, side, allowed=None):
    """(realistic, stable) rank of each fact: look at every candidate, one after the other."""
    found = []
    for h, r, t in triples.tolist():
        known, answer = (h, t) if side == "tail" else (t, h)
        row = scores.score_all(torch.tensor([[known, r]]), side)[0].tolist()
        greater = ties = before = 0
        for entity, score in enumerate(row):
            if entity == answer or (known, r, entity) in filtered or (allowed and entity not in allowed[r]):
                continue
            greater += score > row[answer]
            ties += score == row[answer]
            before += score == row[answer] and entity < answer
        found.append((1 + greater + ties / 2, 1 + greater + before))
    return found


def strict_filter(facts, side):
    return {(h, r, t) if side == "tail" else (t, r, h) for h, r, t in facts.tolist()}


def paper_filter(facts):
    """One map: an (entity, relation) key holds the entity's tails and its heads."""
    return strict_filter(facts, "tail") | strict_filter(facts, "head")


def test_by_hand():
    """Candidates 0 to 4 score .9 .5 .5 .5 .1 for (0, r, ?); 3 is asked for, 0 and 1 are known."""
    table = torch.tensor([0.9, 0.5, 0.5, 0.5, 0.1]).expand(5, 1, 5)
    scores = Table(tail=table)
    test = torch.tensor([[0, 0, 3]])

    everyone = rank(scores, test, sides=["tail"])["tail"]
    assert everyone.optimistic.tolist() == [2]
    assert everyone.pessimistic.tolist() == [4]
    assert everyone.realistic.tolist() == [3]
    assert everyone.stable.tolist() == [4]  # 1 and 2 come before 3
    assert everyone.candidates.tolist() == [5]

    known = KnownFacts(torch.tensor([[0, 0, 0], [0, 0, 1], [0, 0, 3]]), relations=1)
    filtered = rank(scores, test, known=known, sides=["tail"])["tail"]
    assert filtered.realistic.tolist() == [1.5]
    assert filtered.stable.tolist() == [2]
    assert filtered.candidates.tolist() == [3]


def test_equal_scores_everywhere_rank_in_the_middle():
    ranks = rank(Table(tail=torch.zeros(9, 1, 9)), torch.tensor([[0, 0, 0], [0, 0, 8]]), sides=["tail"])["tail"]
    assert ranks.realistic.tolist() == [5, 5]
    assert ranks.stable.tolist() == [1, 9]


@pytest.mark.parametrize("budget", [1, 200, 10**6], ids=["row by row", "few rows", "at once"])
@pytest.mark.parametrize(
    "scorer",
    [
        TransE(normalise=False),
        TransE(p=2, normalise=False),
        DistMult(),
        ComplEx(),
        RotatE(),
        RotatE(distance="l2"),
    ],
    ids=[
        "transe",
        "transe 2-norm",
        "distmult",
        "complex",
        "rotate",
        "rotate l2",
    ],
)
@pytest.mark.parametrize("protocol", ["strict", "paper"])
@pytest.mark.parametrize("side", SIDES)
def test_equals_a_loop_over_candidates(side, protocol, scorer, budget):
    scores, facts, test = scores_of(scorer), some_facts(150, seed=3), some_facts(40, seed=4)
    every = torch.cat([facts, test])
    known = KnownFacts(with_inverses(every) if protocol == "paper" else every, RELATIONS)
    filtered = paper_filter(every) if protocol == "paper" else strict_filter(every, side)

    ranks = rank(scores, test, known=known, budget=budget)[side]

    by_hand = ranks_by_hand(scores, test, filtered, side)
    assert list(zip(ranks.realistic.tolist(), ranks.stable.tolist(), strict=True)) == by_hand


@pytest.mark.parametrize("filtered", [True, False], ids=["filtered", "raw"])
def test_many_facts_of_one_query_are_ranked_as_few_are(filtered, monkeypatch):
    """By sorting the query's scores once; test facts are known facts where they are filtered, and none elsewhere."""
    scores, facts = scores_of(DistMult()), some_facts(200, seed=3)
    known = KnownFacts(facts, RELATIONS) if filtered else KnownFacts(some_facts(60, seed=5), RELATIONS)
    compared = rank(scores, facts, known=known)
    monkeypatch.setattr(ranking, "SORTED", 2)

    ranks = rank(scores, facts, known=known)

    for side in SIDES:
        assert ranks[side].ties.sum() > 40
        for name in ("greater", "ties", "ties_before", "candidates"):
            assert torch.equal(getattr(ranks[side], name), getattr(compared[side], name))


def test_grid_has_ties():
    """Else the comparison above would prove nothing about them."""
    ranks = rank(scores_of(DistMult()), some_facts(40, seed=4))
    assert (ranks["tail"].ties > 0).any()
    assert (ranks["head"].ties > 0).any()


@pytest.mark.parametrize("name", SCORERS)
def test_entities_with_equal_vectors_tie(name):
    """Also where one is measured with many others and the other with few: 300 equal ones among 700 of width 96."""
    scorer, generator = SCORERS[name](), torch.Generator().manual_seed(0)
    vectors = torch.randn(700, 96, generator=generator)
    vectors[100:400] = vectors[100]
    relation = torch.randn(1, scorer.relation_width(96), generator=generator)
    scores = VectorScores(scorer, vectors, lambda p, side: scorer.query(vectors[p[:, 0]], relation[p[:, 1]], side))
    test = torch.stack([torch.arange(700), torch.zeros(700).long(), torch.arange(700).roll(250)], dim=1)

    ranks = rank(scores, test)

    for side, answer in (("tail", test[:, 2]), ("head", test[:, 0])):
        equal = (answer >= 100) & (answer < 400)
        assert (ranks[side].ties[equal] == 299).all()
        assert (ranks[side].ties[~equal] == 0).all()


@pytest.mark.parametrize("spread", [0.01, 1.0], ids=["answers are near", "answers are anywhere"])
@pytest.mark.parametrize(
    "scorer",
    [TransE(), TransE(p=2), RotatE(), RotatE(distance="l2")],
    ids=["transe", "transe p=2", "rotate", "rotate l2"],
)
def test_bounds_change_no_rank(scorer, spread):
    """In double precision, where near ties do not happen: the same ranks as from all scores."""
    generator = torch.Generator().manual_seed(0)
    vectors = torch.randn(500, 32, generator=generator, dtype=torch.double)
    relation = torch.randn(1, scorer.relation_width(32), generator=generator, dtype=torch.double)
    test = torch.stack([torch.arange(250), torch.zeros(250).long(), torch.arange(250, 500)], dim=1)
    start = scorer.query(vectors[:250], relation.expand(250, -1), "tail")
    vectors[250:] = start + spread * vectors[250:]
    scores = VectorScores(scorer, vectors, lambda p, side: scorer.query(vectors[p[:, 0]], relation[p[:, 1]], side))

    ranks = rank(scores, test, known=KnownFacts(test[:100], 1))

    dense = Table(
        **{side: scores.score_all(torch.tensor([[i, 0] for i in range(500)]), side)[:, None] for side in SIDES}
    )
    expected = rank(dense, test, known=KnownFacts(test[:100], 1))
    for side in SIDES:
        assert ranks[side].realistic.tolist() == expected[side].realistic.tolist()
    assert (ranks["tail"].realistic == 1).double().mean() > 0.9 or spread == 1.0


def test_head_queries_are_tail_queries_of_the_turned_facts():
    table = torch.rand(6, 2, 6, generator=torch.Generator().manual_seed(1))
    facts = torch.tensor([[0, 1, 2], [3, 0, 3], [5, 1, 0]])
    heads = rank(Table(head=table), facts, sides=["head"])["head"]
    tails = rank(Table(tail=table), facts.flip(1), sides=["tail"])["tail"]
    assert heads.realistic.tolist() == tails.realistic.tolist()


def test_candidates_of_the_relation_alone():
    scores, test = scores_of(DistMult()), some_facts(40, seed=4)
    allowed = {r: set(test[test[:, 1] == r][:, 2].tolist()) for r in range(RELATIONS)}
    known = KnownFacts(test, RELATIONS)

    ranks = rank(scores, test, known=known, candidates=Candidates.observed(test, RELATIONS), sides=["tail"])["tail"]

    by_hand = ranks_by_hand(scores, test, strict_filter(test, "tail"), "tail", allowed)
    assert list(zip(ranks.realistic.tolist(), ranks.stable.tolist(), strict=True)) == by_hand
    assert ranks.candidates.max() <= max(map(len, allowed.values()))


def test_the_order_of_facts_is_kept():
    scores, test = scores_of(ComplEx()), some_facts(40, seed=4)
    order = torch.randperm(len(test), generator=torch.Generator().manual_seed(0))
    straight, mixed = rank(scores, test)["tail"], rank(scores, test[order])["tail"]
    assert mixed.realistic.tolist() == straight.realistic[order].tolist()


def test_known_facts_of_a_pair():
    known = KnownFacts(torch.tensor([[4, 0, 7], [4, 0, 5], [4, 0, 5], [1, 1, 4]]), relations=2)
    rows, entities = known.answers(torch.tensor([[9, 1], [4, 0], [4, 1]]), "tail")
    assert (rows.tolist(), entities.tolist()) == ([1, 1], [5, 7])
    rows, entities = known.answers(torch.tensor([[4, 1], [5, 0]]), "head")
    assert (rows.tolist(), entities.tolist()) == ([0, 1], [1, 4])


def test_facts_both_ways_know_both_ends_of_a_key():
    known = KnownFacts(with_inverses(torch.tensor([[4, 0, 7], [1, 0, 4]])), relations=1)
    assert known.answers(torch.tensor([[4, 0]]), "tail")[1].tolist() == [1, 7]


def test_a_diverged_model_is_refused():
    table = torch.full((3, 1, 3), torch.nan)
    with pytest.raises(InputError, match=r"score of fact \[0, 0, 2\].*not a finite number"):
        rank(Table(tail=table), torch.tensor([[0, 0, 2]]), sides=["tail"])
    with pytest.raises(InputError, match="not finite"):
        VectorScores(DistMult(), torch.full((3, 2), torch.inf), lambda pairs, _: pairs)


def test_an_answer_outside_its_candidates_is_refused():
    facts = torch.tensor([[0, 0, 1]])
    with pytest.raises(InputError, match=r"the tail of fact \[0, 0, 2\]"):
        rank(
            Table(tail=torch.zeros(3, 1, 3)),
            torch.tensor([[0, 0, 2]]),
            candidates=Candidates.observed(facts, 1),
            sides=["tail"],
        )
