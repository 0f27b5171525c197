"""What a source would bring, relation by relation, and what a person should look at before it is written."""

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
from pydantic import BaseModel

from base.errors import shorten
from graph.loading.doubles import Double, find_doubles
from graph.loading.files import Source
from graph.loading.nobody import UNKNOWN

HUB, COMPLETE, ONCE, LEAK, NAMELESS = 0.4, 0.995, 0.8, 0.5, 0.1
FUNCTIONAL_BELOW, SELDOM = 0.01, 0.1  # heads with several values: below the first a relation is functional by itself
FEW = 20  # facts below which shares say nothing
TOLD_BY_TEXT = 5_000  # facts of a relation whose heads' texts are looked through


class RelationSurvey(BaseModel):
    """facts, heads, values: how many of each. complete: the share of the entities of the heads' labels that have it.

    once: values of one fact alone. largest: the name of the most frequent value; share: its part of the facts.
    """

    relation: str
    labels: str
    facts: int
    heads: int
    complete: float
    values: int
    once: int
    largest: str
    share: float


class Survey(BaseModel):
    """labels: entities by label. relations: the most facts first. warnings: sentences. doubles: entities that may be
    one, for a person to decide."""

    labels: dict[str, int]
    relations: list[RelationSurvey]
    warnings: list[str]
    doubles: list[Double]


def survey(source: Source, in_graph: Sequence[Double] = ()) -> Survey:
    """Look through a source that was read and checked; nothing is changed, and no database is needed.

    in_graph: doubles of which one is in the graph.
    """
    entities, facts = source.entities, source.triples
    labels = pd.Series(entities["label"].to_numpy(), index=entities["id"].to_numpy())
    names = entities["name"] if "name" in entities else pd.Series(None, index=entities.index, dtype="str")
    names = pd.Series(names.to_numpy(), index=entities["id"].to_numpy())
    sizes = entities["label"].value_counts()
    relations, warnings = [], []
    for relation in facts["relation"].value_counts().index:
        of_it = facts[facts["relation"] == relation]
        row = _measure(str(relation), of_it, labels, names, sizes)
        relations.append(row)
        warnings += [
            *_warn(row),
            *_warn_of_names(row, of_it, names),
            *_warn_of_texts(row, of_it, entities, names),
        ]
    tails = entities[entities["id"].isin(facts["tail"])]
    doubles = [*in_graph, *find_doubles(tails, facts["tail"].value_counts())]
    return Survey(
        labels={str(label): int(count) for label, count in sizes.items()},
        relations=relations,
        warnings=[*warnings, *_warn_of_seconds(facts), *_warn_of_spellings(doubles)],
        doubles=doubles,
    )


def _measure(
    relation: str, facts: pd.DataFrame, labels: "pd.Series[str]", names: "pd.Series[str]", sizes: "pd.Series[int]"
) -> RelationSurvey:
    heads = facts["head"].drop_duplicates()
    of_heads, of_tails = labels.loc[heads].unique(), labels.loc[facts["tail"].drop_duplicates()].unique()
    counts = facts["tail"].value_counts()
    name = names.get(counts.index[0])
    return RelationSurvey(
        relation=relation,
        labels=f"{' or '.join(of_heads[:3])} → {' or '.join(of_tails[:3])}",
        facts=len(facts),
        heads=len(heads),
        complete=len(heads) / int(sizes.loc[of_heads].sum()),
        values=len(counts),
        once=int((counts == 1).sum()),
        largest=name if isinstance(name, str) else str(counts.index[0]),
        share=int(counts.iloc[0]) / len(facts),
    )


def _warn(row: RelationSurvey) -> list[str]:
    """Of hubs, of what is complete, and of values that nothing shares."""
    if row.facts < FEW:
        return []
    warnings = []
    if row.share > HUB:
        warnings.append(
            f"{row.relation}: {row.share:.0%} of the facts lead to {row.largest!r}; "
            "a model that always answers so is right as often"
        )
    if row.complete > COMPLETE:
        # With a single value for each there is nothing left; with several, more may be missing.
        several = "; new links can only be further values" if row.facts > 1.05 * row.heads else ": nothing to predict"
        warnings.append(f"{row.relation}: {row.complete:.0%} of {row.labels.partition(' →')[0]} have one{several}")
    if row.once > ONCE * row.values:
        warnings.append(
            f"{row.relation}: {row.once / row.values:.0%} of its {row.values:,} values stand in one fact alone, which "
            f"teaches nothing; [least] {row.relation} = 2 keeps them as properties"
        )
    return warnings


def _warn_of_seconds(facts: pd.DataFrame) -> list[str]:
    """Of relations with nearly always one value, which are not taken for functional: second values are proposed. What
    is typed against it names also those that are functional by themselves, as it replaces what is found."""
    alone, nearly = [], []
    for relation, heads in facts.groupby("relation", sort=False)["head"]:
        counts = heads.value_counts()
        several = float((counts > 1).mean())
        if len(counts) >= FEW and several <= FUNCTIONAL_BELOW:
            alone.append(str(relation))
        elif len(heads) >= FEW and several < SELDOM:
            nearly.append((str(relation), f"{relation} ({several:.0%})"))
    if not nearly:
        return []
    names = ", ".join(json.dumps(name, ensure_ascii=False) for name in [*alone, *(name for name, _ in nearly)])
    shown = ", ".join(told for _, told in nearly)
    return [
        f"a few heads have several values, so second ones are proposed to all: {shown}; "
        f"where a second is wrong, write a file patterns.toml with the line\n    functional = [{names}]\n"
        "  without the relations that may have several, and type: vlkge run FOLDER --patterns patterns.toml"
    ]


def _warn_of_names(row: RelationSurvey, facts: pd.DataFrame, names: "pd.Series[str]") -> list[str]:
    """Of tails that are called unknown, and of those without a name where others have one."""
    called = facts["tail"].map(names)
    counts = called.value_counts()
    nobody = counts[[bool(UNKNOWN.match(name)) for name in counts.index]]
    warnings = []
    if not nobody.empty:
        shown = shorten(nobody.index.tolist(), 3)
        warnings.append(
            f"{row.relation}: {int(nobody.sum()):,} facts lead to what names nobody, {shown}; `unless` keeps them out"
        )
    nameless = facts["tail"][called.isna()]
    if len(nameless) > NAMELESS * len(facts) and names.notna().any():
        shown = shorten(list(dict.fromkeys(nameless)), 3)
        warnings.append(
            f"{row.relation}: {len(nameless) / len(facts):.0%} of the facts lead to what has no name, {shown}; "
            "who judges a link sees only that"
        )
    return warnings


def _warn_of_texts(
    row: RelationSurvey, facts: pd.DataFrame, entities: pd.DataFrame, names: "pd.Series[str]"
) -> list[str]:
    """Of heads whose own name or text tells the answer."""
    if row.facts < FEW:
        return []
    some = facts.sample(min(len(facts), TOLD_BY_TEXT), random_state=0)
    texts = [entities[column].fillna("") for column in ("name", "text") if column in entities]
    if not texts:
        return []
    said = pd.Series((" ".join(both) for both in zip(*texts, strict=True)), index=entities["id"].to_numpy())
    told = [
        isinstance(name, str) and len(name) > 2 and name.casefold() in text.casefold()
        for name, text in zip(some["tail"].map(names), some["head"].map(said), strict=True)
    ]
    share = float(np.mean(told))
    if share <= LEAK:
        return []
    return [
        f"{row.relation}: in {share:.0%} of the facts the name or text of the head contains the answer; "
        "what a model then reads off it, it cannot do for works whose text is silent"
    ]


def _warn_of_spellings(doubles: list[Double]) -> list[str]:
    spelled = [double for double in doubles if double.why != "similar" and double.one_name != double.other_name]
    called = [double for double in doubles if double.one_name == double.other_name]
    warnings = []
    if spelled:
        shown = shorten([f"{double.one_name} / {double.other_name}" for double in spelled])
        warnings.append(
            f"one name in two spellings stays two entities: {shown}; [alias] in the mapping, or ignore_case, joins them"
        )
    if called:
        shown = shorten([f"{double.one_name} ({double.one}, {double.other})" for double in called])
        warnings.append(
            f"one name with two ids stays two entities: {shown}; where they are one, [alias] in the mapping joins them"
        )
    return warnings
