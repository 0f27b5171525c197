"""How far probabilities can be believed: calibration error, Brier score, and what was observed in each bin."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

BINS = 10
PRECISIONS = (0.5, 0.7, 0.8, 0.9, 0.95)


class Figures(BaseModel):
    """Of one relation, or of all links."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True, populate_by_name=True)

    links: int
    facts: int
    """How many of the links were right."""
    expected: float = 0.0
    """How many were expected to be: the sum of their probabilities."""
    ece: float | None
    """Expected calibration error (Guo et al. 2017): mean over links of |predicted − observed| of their bin of ten."""
    brier: float | None
    """Mean of (probability − outcome)² (Brier 1950)."""
    brier_of_base_rate: float | None
    """What the Brier score would be if every link had the mean probability."""


class Reliability(Figures):
    """Figures of all links, of their parts, the bins of a reliability diagram, and what thresholds yield."""

    relations: dict[str, Figures]
    bases: dict[str, Figures] = {}
    """Of links whose probability mostly rests on their own relation, and of pooled ones."""
    kinds: dict[str, Figures] = {}
    """By kind of head: seen in training or not, with a known tail of the relation or without."""
    experts: dict[str, Figures] = {}
    """By the expert that spoke most for the link, see `deciding_experts`."""
    bins: list[dict[str, float | int | None]]
    """from, to, count, predicted and observed (means of the bin; none where it is empty)."""
    yield_: list[dict[str, float | int | None]] = Field(alias="yield")
    """probability (at least), links, correct, precision."""


def reliability(
    probability: Numbers,
    correct: Mask,
    relations: Sequence[str],
    bases: Sequence[str] = (),
    kinds: Sequence[str] = (),
    experts: Sequence[str] = (),
) -> Reliability:
    """Of links [n] with their probabilities, outcomes and relations.

    `bases`, `kinds` and `experts` part them too, [n] or none.
    """
    whole = figures(probability, correct)

    def parts(names: Sequence[str]) -> dict[str, Figures]:
        of = np.asarray(names, dtype=object)
        return {name: figures(probability[of == name], correct[of == name]) for name in sorted(set(names))}

    return Reliability(
        **whole.model_dump(),
        relations=parts(relations),
        bases=parts(bases),
        kinds=parts(kinds),
        experts=parts(experts),
        bins=bins(probability, correct),
        yield_=[_yield(probability, correct, least) for least in PRECISIONS],
    )


def figures(probability: Numbers, correct: Mask) -> Figures:
    """The figures of links [n]; none has none."""
    count = len(correct)
    if count == 0:
        return Figures(links=0, facts=0, ece=None, brier=None, brier_of_base_rate=None)
    has_known_tail = [part for part in bins(probability, correct) if part["count"]]
    error = sum(
        float(b["count"] or 0) * abs(float(b["predicted"] or 0) - float(b["observed"] or 0)) for b in has_known_tail
    )
    base = float(correct.mean())
    return Figures(
        links=count,
        facts=int(correct.sum()),
        expected=float(probability.sum()),
        ece=error / count,
        brier=float(((probability - correct) ** 2).mean()),
        brier_of_base_rate=base * (1 - base),
    )


def bins(probability: Numbers, correct: Mask, number: int = BINS) -> list[dict[str, float | int | None]]:
    """Bins of equal width over 0 to 1; the last one holds 1 too."""
    place = np.minimum((probability * number).astype(int), number - 1)
    found: list[dict[str, float | int | None]] = []
    for i in range(number):
        own = place == i
        some = bool(own.any())
        found.append(
            {
                "from": i / number,
                "to": (i + 1) / number,
                "count": int(own.sum()),
                "predicted": float(probability[own].mean()) if some else None,
                "observed": float(correct[own].mean()) if some else None,
            }
        )
    return found


def _yield(probability: Numbers, correct: Mask, least: float) -> dict[str, float | int | None]:
    own = probability >= least
    precision = float(correct[own].mean()) if own.any() else None
    return {"probability": least, "links": int(own.sum()), "correct": int(correct[own].sum()), "precision": precision}
