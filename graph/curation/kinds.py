"""Whether a relation ever joins entities of such kinds: by its facts, and by what was predicted."""

from collections.abc import Sequence

import neo4j

from base.errors import InputError, shorten
from graph.connection import Database, Row
from graph.link_key import link_key
from graph.transactions import run_in_transaction

Link = tuple[str, str, str]


def unjoined_kinds(database: Database, links: Sequence[Link]) -> dict[str, str]:
    """By key those of the links (head, relation, tail) whose relation never joins such kinds: the kinds in words."""
    return _in_words(database.read("decisions/find_unjoined_kinds", rows=_rows(links)))


def refuse_unjoined_kinds(tx: neo4j.ManagedTransaction, links: Sequence[Link]) -> None:
    """Raise InputError where a relation never joins such kinds, and no run proposed the link."""
    if wrong := _in_words(run_in_transaction(tx, "decisions/find_unjoined_kinds", rows=_rows(links))):
        said = [f"{key}: {kinds}" for key, kinds in wrong.items()]
        raise InputError(f"the relation never joins such kinds: {shorten(said)}; it can be forced")


def _rows(links: Sequence[Link]) -> list[Row]:
    return [{"key": link_key(*link), "head": link[0], "relation": link[1], "tail": link[2]} for link in links]


def _in_words(rows: Sequence[Row]) -> dict[str, str]:
    return {key: "{head_kind} {relation} {tail_kind}".format(**row) for row in rows for key in row["keys"]}
