"""What an evaluation found, as a Markdown document for people."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from models.calibration.reliability import Figures as Believed
from models.calibration.reliability import Reliability
from models.evaluation.answers import answers, warn_of_answers
from models.evaluation.evaluation import Figures, Report
from models.evaluation.seeds import MeanInterval, SeedSummary

COLUMNS = {"mrr": "MRR", "hits_at_1": "Hits@1", "hits_at_3": "Hits@3", "hits_at_10": "Hits@10", "amri": "AMRI"}
PROTOCOLS = {
    "strict": "Known facts of all splits do not compete; a tie counts as the middle of its places.",
    "paper": "As the authors' release of VL-KGE: one filter for heads and tails of all splits, ties in the order of "
    "entities.",
}
CANDIDATES = {
    "all": "all entities",
    "typed": "the entities of the labels that the relation joins",
    "observed": "the entities seen at that end of the relation in any split",
    "wikiart": "the entities seen at that end of the relation in any split; in the ranked split alone for relations "
    "within a label",
}
PROBABILITIES = (
    "Lists as they are served to heads with a hidden test fact of the relation: a link is right if it is such a fact. "
    "Here probabilities are learned without test facts; those of published links learn from them too. "
    "Expected is the sum of the probabilities, right how many were. ECE, the expected "
    "calibration error, is the mean difference of predicted and observed in ten bins."
)
BASES = {"relation": "resting on their own relation", "pooled": "resting on all relations"}
LEAK_IN_SEEDS = (
    "Leak: for a part of the queries training joins the two ends by another fact; the last table has figures with and "
    "without them."
)
GROUPS = {
    "with_picture": "an end has a picture",
    "with_text": "an end has a text",
    "with_neither": "an end has neither",
    "unseen": "an end has no training fact",
    "in_train": "training joins the ends too, by whatever relation and in whatever direction",
    "not_in_train": "it does not",
    "head": "(?, relation, tail)",
    "tail": "(head, relation, ?)",
}


def markdown(
    model: str,
    report: Report,
    baselines: Mapping[str, Report],
    *,
    training: Mapping[str, Any] | None = None,
    plots: Mapping[str, str] | None = None,
    calibration: Reliability | None = None,
) -> str:
    """The document of one model: all queries beside the baselines, then its parts.

    `training` are lines about how it came to be, `plots` captions and paths relative to the document, `calibration`
    how far the probabilities hold.
    """
    named = {"**VL-KGE**": report, **baselines}
    low, high = report.mrr_interval
    blocks = [
        f"# {model}",
        _conditions(report.split, report.protocol, report.candidates, report.sides, report.queries),
        _table(["", *COLUMNS.values()], ([name, *_row(part)] for name, part in named.items())),
        f"95 % interval of the MRR, facts drawn anew: {low:.3f} to {high:.3f}.",
        *leaks(report),
        *([_table(["training", ""], [[name, str(value)] for name, value in training.items()])] if training else []),
        *(f"![{caption}]({path})" for caption, path in (plots or {}).items()),
        *_answers(report, baselines),
        "## Relations",
        _relations(report, baselines),
        "## Sides, modality groups, ends joined in training",
        _groups(report, baselines),
        *(["## Probabilities", PROBABILITIES, _reliability(calibration)] if calibration else []),
    ]
    return "\n\n".join(blocks) + "\n"


def _answers(report: Report, baselines: Mapping[str, Report]) -> list[str]:
    """What a curator asks: of each relation the tails alone, beside popularity's, and what that means."""
    rows = answers(report, baselines["popularity"]) if "popularity" in baselines else []
    if not rows:
        return []
    cells = [
        [_escaped(row.relation), f"{row.facts:,}", _number(row.tails), _number(row.popularity), f"{row.gain:+.3f}"]
        for row in rows
    ]
    table = _table(["relation", "facts", "MRR of tails", "of popularity's tails", "gain"], cells)
    return ["## Tails: which artist, which style", table, *map(_escaped, warn_of_answers(rows))]


def leaks(report: Report) -> list[str]:
    """A warning where training joins the ends of facts that are ranked, which then say little of facts that are new."""
    joined, rest = report.inverse["in_train"], report.inverse["not_in_train"]
    if not joined.queries:
        return []
    share = joined.queries / report.queries
    return [
        f"Leak: for {joined.queries:,} of {report.queries:,} queries ({share:.1%}) training joins the two ends by "
        f"another fact. MRR of these alone {_number(joined.mrr)}, without them {_number(rest.mrr)}."
    ]


def _reliability(found: Reliability) -> str:
    def row(name: str, part: Believed) -> list[str]:
        figures = [part.ece, part.brier, part.brier_of_base_rate]
        return [
            name,
            f"{part.links:,}",
            f"{part.expected:,.0f}",
            f"{part.facts:,}",
            *("–" if f is None else f"{f:.4f}" for f in figures),
        ]

    parts = sorted(found.relations.items(), key=lambda item: -item[1].links)
    rows = [row("**all**", found), *(row(_escaped(name), part) for name, part in parts)]
    rows += [row(f"*{BASES[name]}*", part) for name, part in found.bases.items()]
    rows += [row(f"*heads {name}*", part) for name, part in found.kinds.items()]
    rows += [row(f"*most said by {name}*", part) for name, part in found.experts.items()]
    return _table(["relation", "links", "expected", "right", "ECE", "Brier", "Brier of one probability for all"], rows)


def seeds_markdown(title: str, models: Sequence[str], found: SeedSummary) -> str:
    """The document of several seeds: mean and interval of each figure."""
    header = ["", *COLUMNS.values()]
    parts = {**found.sides, **found.groups, **found.inverse}
    blocks = [
        f"# {title}",
        _conditions(found.split, found.protocol, found.candidates, found.sides, found.queries),
        f"Mean of {found.seeds} seeds ± half of its 95 % interval (Student's t). Models: {', '.join(models)}.",
        _table(header, [["**VL-KGE**", *_spread_row(found.all)]]),
        *([LEAK_IN_SEEDS] if found.inverse.get("in_train") else []),
        "## Relations",
        _table(header, ([_escaped(name), *_spread_row(part)] for name, part in found.relations.items())),
        "## Sides, modality groups, ends joined in training",
        _table(header, ([_label(name), *_spread_row(part)] for name, part in parts.items() if part)),
    ]
    return "\n\n".join(blocks) + "\n"


def _conditions(split: str, protocol: str, candidates: str, sides: Iterable[str], queries: int) -> str:
    asked = " and ".join(f"{side}s" for side in sides)
    return (
        f"{queries:,} queries for the {asked} of {split} facts, protocol **{protocol}**, among "
        f"{CANDIDATES[candidates]}. {PROTOCOLS[protocol]}"
    )


def _relations(report: Report, baselines: Mapping[str, Report]) -> str:
    sides = [side for side in report.sides if len(report.sides) > 1]
    kinds = [name for name in report.groups if any(name in parts for parts in report.relation_groups.values())]
    header = ["relation", "queries", *COLUMNS.values(), *(f"MRR of {side}s" for side in sides)]
    header += [f"MRR, {name.replace('_', ' ')}" for name in kinds] + [f"MRR of {name}" for name in baselines]
    rows = []
    for name, part in sorted(report.relations.items(), key=lambda item: -item[1].queries):
        cells = [_escaped(name), f"{part.queries:,}", *_row(part)]
        cells += [_number(report.relation_sides[name][side].mrr) for side in sides]
        of_kinds = report.relation_groups.get(name, {})
        cells += [_number(of_kinds[kind].mrr) if kind in of_kinds else _number(None) for kind in kinds]
        rows.append(cells + [_number(baseline.relations[name].mrr) for baseline in baselines.values()])
    return _table(header, rows)


def _groups(report: Report, baselines: Mapping[str, Report]) -> str:
    rows = [
        [_label(name), f"{part.queries:,}", *_row(part)]
        + [_number(getattr(baseline, where)[name].mrr) for baseline in baselines.values()]
        for where in ("sides", "groups", "inverse")
        for name, part in getattr(report, where).items()
    ]
    return _table(["", "queries", *COLUMNS.values(), *(f"MRR of {name}" for name in baselines)], rows)


def _label(name: str) -> str:
    return f"{name.replace('_', ' ')}: {GROUPS[name]}"


def _row(figures: Figures) -> list[str]:
    return [_number(getattr(figures, name)) for name in COLUMNS]


def _spread_row(figures: Mapping[str, MeanInterval]) -> list[str]:
    return [_spread(figures.get(name)) for name in COLUMNS]


def _spread(found: MeanInterval | None) -> str:
    if found is None or found.high is None:
        return _number(None if found is None else found.mean)
    return f"{found.mean:.3f} ± {found.high - found.mean:.3f}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _escaped(name: str) -> str:
    """A name that Markdown neither splits at its bars nor reads as emphasis."""
    return "".join(f"\\{sign}" if sign in "\\|_*`<[" else sign for sign in name)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table: names to the left, figures to the right."""
    lines = ["| " + " | ".join(header) + " |", "|" + "|".join([":--", *["--:"] * (len(header) - 1)]) + "|"]
    return "\n".join(lines + ["| " + " | ".join(cells) + " |" for cells in rows])
