"""What a curator asks of a report, relation by relation."""

from models.evaluation.answers import answers, choose_first, warn_of_answers
from models.evaluation.evaluation import Figures, Report


def report(**tails: tuple[float, int]) -> Report:
    def figures(mrr: float, queries: int) -> Figures:
        return Figures(queries=queries, mrr=mrr, hits_at_1=mrr, hits_at_3=mrr, hits_at_10=mrr, amri=mrr)

    return Report(
        **figures(0.5, 10).model_dump(),
        protocol="strict",
        split="test",
        candidates="all",
        facts=5,
        mrr_interval=(0.4, 0.6),
        sides={},
        relations={},
        groups={},
        inverse={},
        relation_sides={name: {"head": figures(0.9, 50), "tail": figures(*tail)} for name, tail in tails.items()},
    )


OURS = report(hasStyle=(0.7, 100), inDepartment=(0.95, 100), hasGenre=(0.6, 200), bornIn=(0.1, 19))
POPULARITY = report(hasStyle=(0.3, 100), inDepartment=(0.96, 100), hasGenre=(0.35, 200), bornIn=(0.05, 19))


def test_the_smallest_gain_over_popularity_by_tails_comes_first() -> None:
    rows = answers(OURS, POPULARITY)
    assert [row.relation for row in rows] == ["inDepartment", "bornIn", "hasGenre", "hasStyle"]
    assert (rows[-1].tails, rows[-1].popularity, round(rows[-1].gain, 3)) == (0.7, 0.3, 0.4)


def test_sentences_name_what_counting_does_as_well_and_what_is_too_few() -> None:
    assert warn_of_answers(answers(OURS, POPULARITY)) == [
        "inDepartment: the model is no better than counting what is frequent (0.950 against 0.960); "
        "do not take its links for knowledge",
        "bornIn: 19 facts are too few to say how well its tails are found",
    ]


def test_the_largest_gains_are_judged_first() -> None:
    rows = answers(OURS, POPULARITY)
    assert choose_first(rows) == ["hasStyle", "hasGenre"]
    assert choose_first(rows, linked=["hasGenre", "bornIn"]) == ["hasGenre"], "of hasStyle there is no link to judge"


def test_a_report_without_tails_asks_nothing() -> None:
    assert answers(report(), POPULARITY) == []
