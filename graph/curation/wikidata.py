"""Accepted links as QuickStatements and as an OpenRefine schema, each with its references."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from base.errors import InputError, shorten
from base.files import write_text
from graph.curation.exchange import write_table

ITEM = re.compile(r"(?:https?://www\.wikidata\.org/(?:entity|wiki)/|wd:)?(Q[1-9]\d*)")
PROPERTY = re.compile(r"(?:https?://www\.wikidata\.org/prop/direct/|wdt:)?(P[1-9]\d*)")
DATATYPES = {"url": "url", "item": "wikibase-item", "text": "string"}


def read_pairs(given: Sequence[str], what: str) -> dict[str, str]:
    """``hasGenre=P136`` as relation -> property, or ``P854=https://…`` as property -> value of a reference.

    Raises InputError for what is written otherwise.
    """
    pairs = {}
    for text in given:
        name, _, value = text.partition("=")
        sign = value if what == "property" else name
        if not name.strip() or not value.strip() or not PROPERTY.fullmatch(sign.strip()):
            example = "hasGenre=P136" if what == "property" else "P854=https://museum.example/"
            raise InputError(f"--{what} is {text!r}; it is written as {example}")
        pairs[name.strip()] = value.strip()
    return pairs


def choose_statements(links: pd.DataFrame, properties: Mapping[str, str]) -> tuple[pd.DataFrame, dict[str, int]]:
    """The accepted links between items of Wikidata by a property: columns head, relation, tail as in `links`, then
    item, property, value; and how many others were left out, by the reason.

    properties: relation -> P136. Raises InputError where no link is accepted.
    """
    accepted = links[links["verdict"] == "accepted"]
    if accepted.empty:
        raise InputError("no link is accepted yet; accept some first, with `vlkge review` or `vlkge decisions import`")
    signs: dict[str, Any] = {relation: _sign(PROPERTY, value) for relation, value in properties.items()}
    chosen = accepted[["head", "relation", "tail"]].assign(
        item=[_sign(ITEM, id_) for id_ in accepted["head"]],
        property=accepted["relation"].map(signs.get),
        value=[_sign(ITEM, id_) for id_ in accepted["tail"]],
    )
    without = chosen["property"].isna()
    foreign = ~without & (chosen["item"].isna() | chosen["value"].isna())
    left_out = {
        f"no property for {', '.join(sorted(set(chosen.loc[without, 'relation'])))}; name it with --property": without,
        "an end is no item of Wikidata": foreign,
    }
    kept = chosen[~(without | foreign)].reset_index(drop=True)
    return kept, {reason: int(rows.sum()) for reason, rows in left_out.items() if rows.any()}


def write_quickstatements(statements: pd.DataFrame, references: Mapping[str, str], path: Path) -> None:
    """Write QuickStatements of version 1: item, property, value and the reference, parted by tabs.

    references: property -> value, such as P854 -> an address. Raises InputError where there are none: Wikidata asks
    for a reference to each statement.
    """
    _check_references(references)
    said = "".join(f"\tS{_sign(PROPERTY, name, 'P')[1:]}\t{_quote(value)}" for name, value in references.items())
    lines = [f"{row.item}\t{row.property}\t{row.value}{said}\n" for row in statements.itertuples()]
    write_text(path, "".join(lines))


def write_openrefine(statements: pd.DataFrame, references: Mapping[str, str], path: Path) -> Path:
    """Write the schema of OpenRefine's Wikibase extension, and beside it the CSV that it is for; returns that.

    The CSV has a column `item` and one for each property; a row is a statement. Raises as write_quickstatements.
    """
    _check_references(references)
    properties = sorted(set(statements["property"]))
    table = pd.DataFrame({"item": statements["item"]})
    for name in properties:
        table[name] = statements["value"].where(statements["property"] == name)
    snaks = [_snak(_sign(PROPERTY, name, "P"), value) for name, value in references.items()]
    groups = [_group(name, snaks) for name in properties]
    schema = {
        "entityEdits": [
            {
                "type": "wbitemeditexpr",
                "subject": {"type": "wbentityvariable", "columnName": "item"},
                "statementGroups": groups,
                "nameDescs": [],
            }
        ],
        "siteIri": "http://www.wikidata.org/entity/",
        "mediaWikiApiEndpoint": "https://www.wikidata.org/w/api.php",
    }
    write_text(path, json.dumps(schema, indent=2, ensure_ascii=False) + "\n")
    beside = path.with_name(path.name.split(".")[0] + ".csv")
    write_table(table, beside, verbatim=True)
    return beside


def _sign(pattern: re.Pattern[str], text: str, default: str | None = None) -> Any:
    found = pattern.fullmatch(text.strip())
    return found[1] if found else default


def _check_references(references: Mapping[str, str]) -> None:
    if not references:
        raise InputError(
            "a statement needs a reference; say where it comes from: --reference P854=https://museum.example/"
        )
    if wrong := [name for name in references if not PROPERTY.fullmatch(name)]:
        raise InputError(f"a reference is a property and its value, and these are no properties: {shorten(wrong)}")


def _quote(value: str) -> str:
    """A value as QuickStatements writes it: items and times as they are, addresses and texts in quotes."""
    if ITEM.fullmatch(value):
        return str(_sign(ITEM, value))
    return value if re.fullmatch(r"[+-]\d{4,}-\d\d-\d\dT00:00:00Z/\d+", value) else '"' + value.replace('"', "'") + '"'


def _snak(name: str, value: str) -> dict[str, Any]:
    if item := _sign(ITEM, value):
        return {"prop": _constant(name, "item"), "value": {"type": "wbitemconstant", "qid": item, "label": item}}
    kind = "url" if value.startswith(("http://", "https://")) else "text"
    return {"prop": _constant(name, kind), "value": {"type": "wbstringconstant", "value": value}}


def _constant(name: str, kind: str) -> dict[str, str]:
    return {"type": "wbpropconstant", "pid": name, "label": name, "datatype": DATATYPES[kind]}


def _group(name: str, snaks: list[dict[str, Any]]) -> dict[str, Any]:
    statement = {
        "value": {"type": "wbentityvariable", "columnName": name},
        "qualifiers": [],
        "references": [{"snaks": snaks}],
        "mode": "add_or_merge",
        "mergingStrategy": {"type": "property"},
    }
    return {"property": _constant(name, "item"), "statements": [statement]}
