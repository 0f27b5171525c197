"""The rules that predicted links cite, as nodes of their own; a link names its rule by `rule_key`."""

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from graph.connection import Database, batches

CITED = ("rule_key", "rule", "rule_support", "rule_of", "rule_confidence")
BATCH = 10_000


def publish_rules(database: Database, table: pa.Table, model_version: str) -> None:
    """Write the rules of a checked table of links; those that no link cites any more go."""
    for rows in batches(cited_rules(table), BATCH):
        database.write("predict/merge_rules", rows=rows, model_version=model_version)
    delete_uncited_rules(database)


def delete_uncited_rules(database: Database) -> None:
    """Take away the rules that no link cites any more."""
    database.write("predict/delete_uncited_rules")


def cited_rules(table: pa.Table) -> list[dict[str, Any]]:
    """The properties of the rules that a checked table of links cites.

    Where links differ in the counts of a rule, because one of them is a fact that it was counted on, the most count.
    """
    cited: dict[str, dict[str, Any]] = {}
    if set(CITED) <= set(table.column_names):
        for row in table.select(list(CITED)).filter(pc.is_valid(table["rule_key"])).to_pylist():
            known = cited.get(row["rule_key"])
            if known is None or row["rule_of"] > known["of"]:
                cited[row["rule_key"]] = _properties(row)
    return list(cited.values())


def _properties(row: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a rule; its key is a JSON array of relation, answer, the steps of its path, and value."""
    relation, answer, *path, value = json.loads(row["rule_key"])
    counts = {name: row[f"rule_{name}"] for name in ("support", "of", "confidence")}
    ends = {"answer": answer, "value": value}
    return {"key": row["rule_key"], "relation": relation, "path": path, **ends, "sentence": row["rule"], **counts}
