"""One thing that several sources have, known by an identifier that they share."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from base.errors import InputError, shorten
from graph.loading.files import DEFAULT_LABEL
from graph.loading.identifiers import OTHERS, bare_identifiers
from graph.mapping.source_kind import OWN, Tally


def unite_same(
    entities: pd.DataFrame, facts: pd.DataFrame, identifiers: Iterable[str], alias: Mapping[str, str], tally: Tally
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Entities of one label that share an identifier as one, which keeps the first id; the others stand in `other_ids`.
    Returned are also the facts, and of each id the one that it has now, where some changed.

    identifiers: properties such as `ulan`. An address counts by its end: http://vocab.getty.edu/ulan/500115588 is
    500115588. alias: id -> the id that it is too; where no source has that, it is left for the graph.

    Values that differ from the first one are counted, and so are facts whose two ends are one now.

    Raises InputError where two labels would be one, and for an alias of what is not there.
    """
    identifiers = [*identifiers]
    codes = _group(entities, [name for name in dict.fromkeys(identifiers) if name in entities], alias)
    if codes is None:
        return entities, facts, {}
    _refuse_two_labels(entities, codes)
    # What an alias leads to is the name that a person chose; else the first one stays.
    named = entities["id"].isin(alias.values())
    chosen = entities["id"].where(named).groupby(codes).transform("first")
    kept = chosen.fillna(entities["id"].groupby(codes).transform("first"))
    new_ids = dict(zip(entities["id"], kept, strict=True))
    moved = entities["id"] != kept
    others = entities.loc[moved, "id"].groupby(kept[moved], sort=False).agg("; ".join)
    shown = [f"{old} is {new}" for old, new in zip(entities.loc[moved, "id"], kept[moved], strict=True)]
    tally.notes.append(f"one by a shared identifier or an alias: {shorten(shown)}")
    own = entities[OWN].groupby(kept, sort=False).max() if OWN in entities else None
    in_order = entities.assign(id=kept).iloc[np.argsort(~named, kind="stable")]
    repeated = in_order[in_order["id"].duplicated(keep=False)]
    bare = {name: bare_identifiers(repeated[name].dropna()) for name in identifiers if name in repeated}
    tell_others(repeated.assign(**bare), tally, "what it is one with")
    united = in_order.groupby("id", sort=False).first().reset_index()[list(entities.columns)]
    if own is not None:
        united[OWN] = united["id"].map(own).astype(bool)
    united[OTHERS] = united["id"].map(others).astype("str")
    ends = {end: facts[end].map(new_ids).astype("str") for end in ("head", "tail")}
    tally.nobodies.update({new_ids[id_]: name for id_, name in tally.nobodies.items() if id_ in new_ids})
    between = (facts["head"] != facts["tail"]) & (ends["head"] == ends["tail"])
    for head, relation, tail in facts.loc[between, ["head", "relation", "tail"]].itertuples(index=False, name=None):
        tally.leave_out(relation, "its two ends are one by a shared identifier or an alias", f"{head} and {tail}")
    return united, facts.assign(**ends)[~between], new_ids


def tell_others(repeated: pd.DataFrame, tally: Tally, of: str) -> None:
    """Count the values that an earlier row of the same id has said in other words. of: whose first value is meant."""
    for column in repeated.columns.difference(["id", "label", OWN, OTHERS], sort=False):
        said = repeated[["id", column]].dropna().drop_duplicates()
        others = said[said["id"].duplicated()]
        if others.empty:
            continue
        # Another row of an id may have its label.
        labels = others["id"].map(repeated[["id", "label"]].dropna().drop_duplicates("id").set_index("id")["label"])
        for id_, value, label in zip(others["id"], others[column], labels.fillna(DEFAULT_LABEL), strict=True):
            tally.leave_out(label, f"another `{column}` than the first one of {of}", f"{id_}: {value!r}")


def _refuse_two_labels(entities: pd.DataFrame, codes: "pd.Series[int]") -> None:
    """Raise InputError for entities that are one by way of others, of which each pair may have one label alone."""
    labels = entities["label"].groupby(codes)
    torn = labels.nunique()[lambda count: count > 1].index
    shown = [
        " and ".join(f"{id_} ({label})" for id_, label in of_it.drop_duplicates("label").itertuples(index=False))
        for code in torn[:5]
        if len(of_it := entities.loc[(codes == code) & entities["label"].notna(), ["id", "label"]])
    ]
    if shown:
        raise InputError(
            f"what shares an identifier is one and must have one label, these are one by way of others: "
            f"{shorten(shown + [''] * (len(torn) - len(shown)))}"
        )


def _group(entities: pd.DataFrame, identifiers: list[str], alias: Mapping[str, str]) -> "pd.Series[int] | None":
    """The number of the thing that each entity is; None where no two are the same."""
    pairs = [_pair_aliases(entities, alias)]
    for name in identifiers:
        values = bare_identifiers(entities[name].dropna())
        shared = values[values.duplicated(keep=False)]
        labels = entities.loc[shared.index, "label"]
        firsts = shared.drop_duplicates()
        anchor = shared.map(pd.Series(firsts.index, index=firsts.to_numpy()))
        torn = labels.notna() & labels.loc[anchor].notna().to_numpy() & (labels != labels.loc[anchor].to_numpy())
        if torn.any():
            clashes = [
                f"{entities['id'][row]} ({entities['label'][row]}) and {entities['id'][anchor[row]]} "
                f"({entities['label'][anchor[row]]}) are both {name} {shared[row]}"
                for row in shared.index[torn][:5]
            ]
            raise InputError(f"what shares an identifier is one and must have one label: {shorten(clashes)}")
        pairs.append(pd.DataFrame({"one": shared.index, "other": anchor.to_numpy()}))
    joined = pd.concat(pairs)
    if joined.empty:
        return None
    joins = coo_array(([1] * len(joined), (joined["one"], joined["other"])), shape=(len(entities),) * 2)
    return pd.Series(connected_components(joins, directed=False)[1], index=entities.index)


def _pair_aliases(entities: pd.DataFrame, alias: Mapping[str, str]) -> pd.DataFrame:
    """The rows of what a person called the same."""
    ids = set(entities["id"])
    alias = {id_: other for id_, other in alias.items() if other in ids or id_ not in ids}
    places = pd.Index(entities["id"]).get_indexer(pd.Index([*alias, *alias.values()], dtype=object))
    if absent := [id_ for id_, place in zip([*alias, *alias.values()], places, strict=True) if place < 0]:
        raise InputError(f"[alias] names ids that no source has: {shorten(absent)}")
    pairs = pd.DataFrame({"one": places[: len(alias)], "other": places[len(alias) :]})
    labels = entities["label"]
    torn = [
        f"{entities['id'][one]} ({labels[one]}) and {entities['id'][other]} ({labels[other]})"
        for one, other in zip(pairs["one"], pairs["other"], strict=True)
        if pd.notna(labels[one]) and pd.notna(labels[other]) and labels[one] != labels[other]
    ]
    if torn:
        raise InputError(f"[alias] joins entities of one label, these have two: {shorten(torn)}")
    return pairs
