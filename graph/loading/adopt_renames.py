"""Entities whose owner gave them another id: what people decided about them, and their links, go with them.

Known by the node itself, which remembers the id that it was adopted under, or by the `key` that the specification
names, which decisions remember for the case that the owner deletes a node and makes it again.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import neo4j

from cypher.prefix import own
from graph.connection import Database, Row, batches
from graph.link_key import link_key
from graph.transactions import change, run_in_transaction

KEYS_PER_BATCH = 10_000
# Before a name that something has for the time of a transaction, so that two may exchange theirs.
_ASIDE = "\x01"


def find_renamed(database: Database, nodes: list[Row]) -> dict[str, str]:
    """Former id -> id of those of the `nodes` that have another one now; nothing is written."""
    ids = {node["given"]["id"] for node in nodes}
    renamed = {
        node["adopted_as"]: node["given"]["id"]
        for node in nodes
        if node["adopted_as"] is not None and node["adopted_as"] != node["given"]["id"]
    }
    by_key = {node["key"]: node["given"]["id"] for node in nodes if node["key"] is not None}
    for row in database.read("adopt/list_decided_ends") if by_key else []:
        if row["id"] not in ids and row["id"] not in renamed and row["key"] in by_key:
            renamed[row["id"]] = by_key[row["key"]]
    return renamed


def rename_entities(database: Database, renamed: Mapping[str, str], nodes: Iterable[Row]) -> None:
    """Give entities their new ids, in links and decisions too, all in one transaction.

    What is doubted of these entities is deleted; the next search for errors finds it again.
    """
    ours = own("id")
    # Where the owner's own property is the id, it has changed already.
    given = [
        {"element": node["element"], "new": node["given"]["id"]}
        for node in nodes
        if node["adopted_as"] in renamed and ours in (node["adopted"] or [])
    ]

    def work(transaction: neo4j.ManagedTransaction) -> None:
        ids = [*renamed, *renamed.values()]
        links = list(_links(run_in_transaction(transaction, "adopt/list_links_at", ids=ids), renamed))
        decisions = run_in_transaction(transaction, "adopt/list_decisions_at", ids=list(renamed))
        moved = [_moved(row, renamed) for row in decisions]
        highest = run_in_transaction(transaction, "adopt/count_decisions_on", rows=moved)
        before = defaultdict(int, {row["key"]: row["number"] for row in highest})
        moved = [{**row, "number": row["number"] + before[row["new"]]} for row in moved]
        run_in_transaction(transaction, "adopt/delete_doubts_at", ids=ids)
        for statement, rows in (("entities", given), ("links", links), ("decisions", moved)):
            for aside in (_ASIDE, ""):
                changed = [{**row, "new": aside + row["new"]} for row in rows]
                run_in_transaction(transaction, f"adopt/rename_{statement}", rows=changed)

    if renamed:
        change(database, work)


def note_keys(database: Database, nodes: Iterable[Row]) -> None:
    """Let decisions remember the keys of their ends."""
    rows = [{"id": node["given"]["id"], "key": node["key"]} for node in nodes if node["key"] is not None]
    for part in batches(rows, KEYS_PER_BATCH):
        database.write("adopt/note_keys", rows=part)


def _links(rows: list[Row], renamed: Mapping[str, str]) -> Iterator[Row]:
    for row in rows:
        head, relation, tail = json.loads(row["key"])
        moved = _moved({**row, "head": head, "relation": relation, "tail": tail}, renamed)
        if moved["new"] != row["key"]:
            yield moved


def _moved(row: Row, renamed: Mapping[str, str]) -> Row:
    head, tail = renamed.get(row["head"], row["head"]), renamed.get(row["tail"], row["tail"])
    return {**row, "head": head, "tail": tail, "new": link_key(head, row["relation"], tail)}
