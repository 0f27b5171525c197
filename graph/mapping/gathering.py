"""Chunks of all sources of a mapping as one table of entities and one of facts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from base.errors import InputError, shorten
from graph.loading.files import DEFAULT_LABEL, TEXT
from graph.mapping.same import tell_others, unite_same
from graph.mapping.source_kind import OWN, SAID, Chunk, Tally

FACT = ["head", "relation", "tail"]
Mask = npt.NDArray[np.bool_]


def gather(
    chunks: Iterable[Chunk],
    tally: Tally,
    *,
    least: Mapping[str, int],
    alias: Mapping[str, str],
    same: Iterable[str] = (),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The entities, each id once with the first value of each column, and the facts as they came.

    least: relation -> how many heads a tail must have there; else its name is kept as what was said.
    alias: id -> the id that it is too.
    same: properties that identify: entities with an equal value in one of them are one.

    Raises InputError where an entity has two labels.
    """
    entities, facts, words = _collect(chunks)
    entities = _unite(entities, tally)
    entities, facts, new_ids = unite_same(entities, facts, same, alias, tally)
    words = [(new_ids.get(head, head), relation, text) for head, relation, text in words]
    names = entities.set_index("id")["name"].fillna("") if "name" in entities else pd.Series(dtype="str")
    nobody = facts["tail"].isin(tally.nobodies).to_numpy()
    _tell_nobodies(facts[nobody], tally)
    words += _say(facts[nobody], pd.Series(tally.nobodies, dtype="str"))
    gone = facts["head"].isin(tally.nobodies).to_numpy() & ~nobody
    rare = _find_rare(facts, least, tally) & ~nobody & ~gone
    words += _say(facts[rare], names)
    out = nobody | gone | rare
    entities = _drop_unused(entities, facts, out, tally)
    facts = facts[~out].reset_index(drop=True)
    return _add_words(entities, words), facts


def _collect(chunks: Iterable[Chunk]) -> tuple[pd.DataFrame, pd.DataFrame, list[tuple[str, str, str]]]:
    entities, facts, words = [], [], []
    for chunk in chunks:
        entities.append(_as_text(_drop_repeated(chunk.entities)))
        facts.append(_as_text(chunk.facts))
        words += chunk.said
    return _join(entities, ["id", "label", OWN]), _join(facts, [*FACT, "split"]), words


def _drop_repeated(entities: pd.DataFrame) -> pd.DataFrame:
    """Without rows that only name again what a row before has named."""
    if OWN not in entities:
        return entities
    return entities[entities[OWN].fillna(True).astype(bool) | ~entities.duplicated()]


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    # Text takes a fifth of the memory of Python's strings; chunks are kept until the last is read.
    return frame.astype({column: "str" for column in frame if frame[column].dtype == object and column != OWN})


def _join(frames: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    joined = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)
    for column in columns:
        if column not in joined:
            joined[column] = True if column == OWN else np.nan
    first = [*columns, *(column for column in TEXT["entities"] if column in joined and column not in columns)]
    joined = joined[[*first, *(column for column in joined if column not in first)]]
    # A column that is missing throughout has no type yet.
    texts = [column for column in joined if joined[column].dtype == object or column in columns]
    joined = joined.astype({column: "str" for column in texts if column != OWN})
    if OWN in joined:
        joined[OWN] = joined[OWN].fillna(True).astype(bool)
    return joined


def _unite(entities: pd.DataFrame, tally: Tally) -> pd.DataFrame:
    """Each id once: of each column the first value that is there; the others are counted."""
    again = entities["id"].duplicated(keep=False).to_numpy()
    if not again.any():
        return entities
    repeated = entities[again].groupby("id", sort=False)
    labels = repeated["label"].nunique()
    if torn := labels.index[labels > 1].tolist():
        said = entities[entities["id"].isin(torn[:5])].groupby("id", sort=False)["label"].unique()
        shown = [f"{id_} is {' and '.join(filter(None, map(str, labels)))}" for id_, labels in said.items()]
        raise InputError(
            f"an entity has one label, these have several: {shorten(shown + [''] * (len(torn) - len(shown)))}; "
            "name the same label wherever they stand, or give the ids different beginnings"
        )
    tell_others(entities[again], tally, "its id")
    united = repeated.first()
    united[OWN] = repeated[OWN].max()
    united = united.reset_index()[list(entities.columns)]
    order = pd.Series(np.arange(len(entities)), index=entities["id"])
    order = order[~order.index.duplicated()]
    whole = pd.concat([entities[~again], united], ignore_index=True)
    return whole.iloc[np.argsort(order.loc[whole["id"]].to_numpy(), kind="stable")].reset_index(drop=True)


def _find_rare(facts: pd.DataFrame, least: Mapping[str, int], tally: Tally) -> Mask:
    """Which facts lead to a value that too few heads share."""
    rare = np.zeros(len(facts), dtype=bool)
    distinct = facts.drop_duplicates(FACT)
    for relation, wanted in least.items():
        of_it = distinct[distinct["relation"] == relation]
        if of_it.empty:
            there = shorten(sorted(facts["relation"].unique()), 40)
            raise InputError(f"[least] {relation} = {wanted}: there are no facts of {relation!r}; there are {there}")
        counts = of_it["tail"].value_counts()
        few = counts.index[counts < wanted]
        chosen = ((facts["relation"] == relation) & facts["tail"].isin(few)).to_numpy()
        if chosen.any():
            why = f"fewer than {wanted} share the value; it is kept as {relation}{SAID} ({len(few):,} values)"
            tally.leave_out(relation, why, count=int(chosen.sum()))
        rare |= chosen
    return rare


def _tell_nobodies(facts: pd.DataFrame, tally: Tally) -> None:
    for relation, count in facts["relation"].value_counts().items():
        tally.leave_out(str(relation), "nobody is meant (`unless`); what was said is kept", count=int(count))


def _say(facts: pd.DataFrame, names: "pd.Series[Any]") -> list[tuple[str, str, str]]:
    """Facts as words: the tail's name, or its id where it has none."""
    said = facts["tail"].map(names)
    said = said.where(said.fillna("") != "", facts["tail"])
    return list(zip(facts["head"], facts["relation"], said, strict=True))


def _drop_unused(entities: pd.DataFrame, facts: pd.DataFrame, out: Mask, tally: Tally) -> pd.DataFrame:
    """Without nobodies, and without what was only named as the end of facts of which none is left."""
    if not out.any() and not tally.nobodies:
        return entities
    ends = pd.Index(pd.unique(pd.concat([facts.loc[~out, "head"], facts.loc[~out, "tail"]], ignore_index=True)))
    lost = pd.Index(pd.unique(pd.concat([facts.loc[out, "head"], facts.loc[out, "tail"]], ignore_index=True)))
    lost = lost.difference(ends)
    unused = entities["id"].isin(lost).to_numpy() & ~entities[OWN].to_numpy(dtype=bool)
    kept: Mask = ~unused & ~entities["id"].isin(tally.nobodies).to_numpy()
    return pd.DataFrame(entities[kept].reset_index(drop=True))


def _add_words(entities: pd.DataFrame, words: list[tuple[str, str, str]]) -> pd.DataFrame:
    """What was said and is no entity as properties; several texts with semicolons between."""
    entities = pd.DataFrame(entities.drop(columns=OWN))
    entities["label"] = entities["label"].fillna(DEFAULT_LABEL)
    said: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for id_, relation, text in words:
        said[relation][id_][text] = None
    for relation, texts in said.items():
        column = entities["id"].map({id_: "; ".join(found) for id_, found in texts.items()})
        entities[f"{relation}{SAID}"] = column.astype("str")
    return entities
