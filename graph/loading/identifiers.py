"""What a source has and the graph has too, by an identifier that both give or as a person said: it is one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from base.errors import InputError, shorten
from graph.connection import Database, batches
from graph.loading.files import DEFAULT_LABEL, Source
from graph.transactions import read_columns

OTHERS = "other_ids"  # the property with the ids that an entity has elsewhere, with semicolons between
FACT = ["head", "relation", "tail"]
# An address, by its scheme or by the authority that it is of. A number may hold a slash itself, as 1999/12 does.
ADDRESS = (
    r"^(?:[a-z][a-z\d+.-]*://|//|(?:[\w-]+\.)*(?:wikidata\.org|getty\.edu|viaf\.org|d-nb\.info|loc\.gov|rkd\.nl|"
    r"bnf\.fr|geonames\.org|isni\.org|orcid\.org)/)"
)
# https://www.getty.edu/vow/ULANFullDisplay?find=&role=&subjectid=500115588
ASKED = r"\?(?:[^#]*&)?[a-z_]*id=([^&#]+)"
BATCH = 10_000


def bare_identifiers(values: "pd.Series[str]") -> "pd.Series[str]":
    """Identifiers for comparison: of an address its end, so http://vocab.getty.edu/ulan/500115588 is 500115588.

    What an address asks for by a key that ends in id counts before its path; other questions are no part of it.
    """
    written = values.astype("str").str.strip().str.casefold()
    asked = written.str.extract(ASKED, expand=False)
    ends = written.str.replace(r"\?[^#]*", "", regex=True).str.rstrip("/").str.replace(r"^.*[/#]", "", regex=True)
    ends = asked.where(asked.notna(), ends)
    return ends.where(written.str.contains(ADDRESS, regex=True), written)


def recognise(database: Database, source: Source) -> Source:
    """The source with the graph's ids for what the graph has already; its own id is added to ``other_ids``.

    An entity is known by an equal value of one of the source's identifiers, by an id that is the identifier's address,
    or by an alias. Entities that the graph has under both ids stay two, with a note.

    Raises InputError where the two have different labels, and for an alias of what is nowhere.
    """
    names = [name for name in source.identifiers if name in source.entities]
    if not names and not source.aliases:
        return source
    graph = _read_identified(database, names)
    pairs = _match(source, graph, names) | _check_aliases(database, source)
    there = _labels_of(database, [*pairs, *pairs.values()])
    two = {own: other for own, other in pairs.items() if own in there}
    new_ids = {own: other for own, other in pairs.items() if own not in there}
    _check_labels(source, new_ids, there)
    entities = _write_alike(_rename(source.entities, new_ids, _other_ids(graph)), graph, names)
    facts, loops = _move(source.triples, new_ids)
    once = facts.drop_duplicates(FACT).reset_index(drop=True)
    notes = [
        f"{told}: {shorten([f'{own} is {other}' for own, other in found.items()])}"
        for told, found in (
            ("one with an entity of the graph, by a shared identifier or an alias", new_ids),
            ("the same by an identifier or an alias, but already two in the graph, and they stay two", two),
        )
        if found
    ]
    if loops:
        notes.append(f"facts are left out whose two ends are one by a shared identifier or an alias: {shorten(loops)}")
    if others := _list_others(source.entities, new_ids):
        notes.append(
            f"entities of the source are one in the graph, and other values than the first are left out: {others}"
        )
    repeated = source.repeated + len(facts) - len(once)
    return replace(source, entities=entities, triples=once, repeated=repeated, notes=[*source.notes, *notes])


def _read_identified(database: Database, names: list[str]) -> pd.DataFrame:
    """The graph's entities with an identifier, columns id, other_ids and one for each name."""
    (row,) = read_columns(database, "ingest/list_identified", properties=[OTHERS, *names])
    return pd.DataFrame(row["values"], columns=[OTHERS, *names], dtype=object).assign(
        id=pd.Series(row["ids"], dtype="str")
    )


def _match(source: Source, graph: pd.DataFrame, names: list[str]) -> dict[str, str]:
    """Of each entity of the source that has another id in the graph, that one; the first by id of several."""
    own = source.entities
    taken = {old: id_ for id_, old in _split_others(graph)}
    found = {id_: taken[id_] for id_ in own["id"] if id_ in taken}
    for name in names:
        known = graph[["id", name]].dropna().astype("str")
        # An id that is an address of such an identifier, as http://www.wikidata.org/entity/Q5598, is one too.
        addressed = graph["id"].str.contains("://") & graph["id"].str.lower().str.contains(name.lower(), regex=False)
        addresses = pd.DataFrame({"id": graph.loc[addressed, "id"], name: graph.loc[addressed, "id"]})
        known = pd.concat([known, addresses]).sort_values("id", kind="stable")
        keys = bare_identifiers(known[name])
        first = dict(zip(keys[::-1], known["id"][::-1], strict=True))
        given = own[["id", name]].dropna().astype("str")
        for id_, key in zip(given["id"], bare_identifiers(given[name]), strict=True):
            if key in first:
                found.setdefault(id_, first[key])
    return {id_: other for id_, other in found.items() if id_ != other}


def _split_others(graph: pd.DataFrame) -> list[tuple[str, str]]:
    """Each id with each of its other ids."""
    return [(id_, old) for id_, others in _other_ids(graph).items() for old in others.split("; ")]


def _other_ids(graph: pd.DataFrame) -> dict[str, str]:
    some = graph[graph[OTHERS].notna()]
    return dict(zip(some["id"], some[OTHERS].astype(str), strict=True))


def _check_aliases(database: Database, source: Source) -> dict[str, str]:
    there = _labels_of(database, [*source.aliases.values()])
    if absent := sorted({other for other in source.aliases.values() if other not in there}):
        raise InputError(f"[alias] leads to ids that neither a source nor the graph has: {shorten(absent)}")
    return dict(source.aliases)


def _labels_of(database: Database, ids: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for batch in batches(sorted(set(ids)), BATCH):
        for row in read_columns(database, "ingest/read_entities", ids=batch, properties=[]):
            found.update(zip(row["ids"], row["labels"], strict=True))
    return found


def _check_labels(source: Source, new_ids: Mapping[str, str], there: Mapping[str, list[str]]) -> None:
    labels = dict(zip(source.entities["id"], source.entities["label"], strict=True))
    torn = [
        f"{own} ({labels[own]}) and {other} of the graph ({' and '.join(there[other])})"
        for own, other in new_ids.items()
        if labels[own] not in (*there[other], DEFAULT_LABEL) and DEFAULT_LABEL not in there[other]
    ]
    if torn:
        raise InputError(f"what shares an identifier is one and must have one label, these have two: {shorten(torn)}")


def _move(facts: pd.DataFrame, new_ids: Mapping[str, str]) -> tuple[pd.DataFrame, list[str]]:
    """The facts between the new ids, without those whose two ends became one, and what these said."""
    if not new_ids:
        return facts, []
    moved = facts.assign(**{end: facts[end].replace(dict(new_ids)).astype("str") for end in ("head", "tail")})
    between = (facts["head"] != facts["tail"]) & (moved["head"] == moved["tail"])
    return moved[~between], [" ".join(fact) for fact in facts.loc[between, FACT].itertuples(index=False, name=None)]


def _list_others(entities: pd.DataFrame, new_ids: Mapping[str, str]) -> str:
    """What entities that get one id say in other words than the first of them; "" where they agree."""
    if not new_ids:
        return ""
    ids = entities["id"].map(new_ids).fillna(entities["id"])
    several = entities[ids.duplicated(keep=False)].assign(id=ids)
    shown = []
    for column in several.columns.difference(["id", "label", OTHERS], sort=False):
        said = several[["id", column]].dropna().drop_duplicates()
        shown += [f"{id_} {column} {value}" for id_, value in said[said["id"].duplicated()].itertuples(index=False)]
    return shorten(shown) if shown else ""


def _write_alike(entities: pd.DataFrame, graph: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """The entities with their identifiers as the graph writes them, where that is another way only."""
    for name in names:
        known = graph[graph[name].notna()]
        before = entities["id"].map(pd.Series(known[name].to_numpy(), index=known["id"], dtype="str"))
        alike = before.notna() & entities[name].notna()
        alike[alike] = bare_identifiers(before[alike]) == bare_identifiers(entities.loc[alike, name])
        entities = entities.assign(**{name: entities[name].where(~alike, before)})
    return entities


def _rename(entities: pd.DataFrame, new_ids: Mapping[str, str], others: Mapping[str, str]) -> pd.DataFrame:
    """The entities under the graph's ids, with all ids that they have elsewhere."""
    if not new_ids and OTHERS not in entities:
        return entities
    renamed = entities.assign(id=entities["id"].replace(dict(new_ids)).astype("str"))
    given = renamed[OTHERS].tolist() if OTHERS in renamed else [None] * len(renamed)
    united: list[Any] = []
    for id_, own, before in zip(renamed["id"], entities["id"], given, strict=True):
        all_ids = [*str(others.get(id_, "")).split("; "), *([before] if isinstance(before, str) else [])]
        all_ids = [one for part in all_ids for one in part.split("; ")] + ([own] if own != id_ else [])
        united.append("; ".join(dict.fromkeys(filter(None, all_ids))) or None)
    renamed[OTHERS] = pd.Series(united, index=renamed.index, dtype="str")
    if renamed["id"].duplicated().any():
        renamed = renamed.groupby("id", sort=False).first().reset_index()[list(renamed.columns)]
    return renamed
