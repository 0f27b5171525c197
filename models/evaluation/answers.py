"""What a curator asks of a report: of each relation, how well its tails are found, beside counting what is frequent."""

from collections.abc import Collection

from pydantic import BaseModel

from models.evaluation.evaluation import Report

CLOSE = 0.01  # of the mean reciprocal rank; a smaller difference is none
FEW = 20  # facts below which a relation's figures are chance


class Answers(BaseModel):
    """Queries (head, relation, ?) of one relation. tails, popularity: mean reciprocal ranks. gain: their difference."""

    relation: str
    facts: int
    tails: float
    popularity: float
    gain: float


def answers(report: Report, popularity: Report) -> list[Answers]:
    """Of each relation with ranked tails, the smallest gain over popularity first."""
    found = []
    for relation, sides in report.relation_sides.items():
        ours, theirs = sides.get("tail"), popularity.relation_sides.get(relation, {}).get("tail")
        if ours is None or theirs is None or ours.mrr is None or theirs.mrr is None:
            continue
        found.append(
            Answers(
                relation=relation,
                facts=ours.queries,
                tails=ours.mrr,
                popularity=theirs.mrr,
                gain=ours.mrr - theirs.mrr,
            )
        )
    return sorted(found, key=lambda row: row.gain)


def warn_of_answers(rows: list[Answers]) -> list[str]:
    """A sentence for each relation where the model is no better than counting, or where too few facts say so."""
    told = []
    for row in rows:
        if row.facts < FEW:
            told.append(f"{row.relation}: {row.facts} facts are too few to say how well its tails are found")
        elif row.gain < CLOSE:
            told.append(
                f"{row.relation}: the model is no better than counting what is frequent "
                f"({row.tails:.3f} against {row.popularity:.3f}); do not take its links for knowledge"
            )
    return told


def choose_first(rows: list[Answers], linked: Collection[str] | None = None) -> list[str]:
    """The relations whose links are worth judging first: the largest gains, of enough facts.

    linked: the relations that have new links; None where that is not known yet.
    """
    known = [row.relation for row in reversed(rows) if row.facts >= FEW and row.gain >= CLOSE]
    return [name for name in known if linked is None or name in linked][:3]
