"""Adopt a graph that already lives in Neo4j; `graph.loading.unadopt` gives it back as it was.

Adopting adds: the label Entity and our mark; id, name, text and image where they are called otherwise; the kind; to the
relationships that are facts our mark, a split and the source 'adopted'; and the facts that paths make. Each node
remembers what it was given in ``adopted``, which is what `unadopt` takes away. The owner goes on working: run again, it
takes in what is new, heals what was overwritten, follows ids that changed, and releases what is no longer wanted.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from base.errors import InputError, shorten
from base.progress import Progress, silent
from cypher.prefix import own as called
from cypher.prefix import own_names, own_properties
from graph.connection import Database, Row, batches
from graph.loading.adopt_check import check_adoption
from graph.loading.adopt_nodes import OURS, chosen, has_id, is_ingested, is_wiped, read_nodes
from graph.loading.adopt_paths import derive_facts, write_derived
from graph.loading.adopt_renames import find_renamed, note_keys, rename_entities
from graph.loading.adopt_spec import AdoptSpec
from graph.loading.unadopt import release, release_unwanted_facts
from graph.pictures import Gathered, PictureStore, gather_pictures
from graph.schema import setup_schema
from graph.splits import Shares, split_pairs
from graph.transactions import read_columns

NODES_PER_BATCH = 2_000
FACTS_PER_BATCH = 10_000
HEADS_PER_PAGE = 2_000


@dataclass(frozen=True)
class Adoption:
    """What `adopt` found and did, or would do.

    entities, facts: how many there are by label and by relation; changed: how many of the nodes were
    written, and new_facts: how many relationships became facts; left_out: relationships of the chosen
    relations with an end that is no entity; ingested: nodes of the labels that an ingest brought, left alone;
    without_id: nodes that the specification skips; look_alikes: what others keep under our names, never touched;
    broken: address -> why, of pictures that could not be taken.
    healed: nodes whose owner had overwritten what they were given; renamed: former id -> id; released: nodes that the
    specification does not want any more; lost: accepted facts that the owner deleted, or an end of them, and restored:
    those of them that are asserted again.
    """

    entities: dict[str, int]
    facts: dict[str, int]
    left_out: dict[str, int]
    changed: int
    new_facts: int
    ingested: int
    without_id: dict[str, int] = field(default_factory=dict)
    look_alikes: dict[str, int] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    healed: int = 0
    renamed: dict[str, str] = field(default_factory=dict)
    released: int = 0
    lost: list[str] = field(default_factory=list)
    restored: int = 0
    dry_run: bool = False


def adopt(
    database: Database,
    spec: AdoptSpec,
    *,
    store: PictureStore,
    folder: Path,
    shares: Shares | None = None,
    release_limit: float = 0.2,
    restore_facts: bool = False,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Adoption:
    """Make the nodes and relationships that `spec` names entities and facts.

    Pictures (paths inside `folder`, or http(s) addresses) are copied into `store`. Facts get their
    split by hash, see `graph.splits`. Run again it takes in what is new or changed, and nothing else is written.
    What `spec` does not want any more is released, at most the share `release_limit` of the adopted nodes. With
    `restore_facts`, accepted facts that the owner deleted are asserted again. With `dry_run` nothing is written at all.

    Raises InputError, before anything is written, that lists all that stands in the way: see check_adoption.
    """
    found = read_nodes(database, spec)
    check_adoption(database, spec, found)
    nodes = chosen(found)
    derived = derive_facts(database, spec.paths, {node["element"]: node["given"]["id"] for node in nodes})
    counts = _count_relationships(database, spec, nodes)
    renamed = find_renamed(database, nodes)
    unwanted = _find_unwanted(database, nodes, 1.0 if dry_run else release_limit)
    look_alikes = {row["name"]: row["count"] for row in database.read("adopt/count_look_alikes")}
    gathered = Gathered() if dry_run else _gather(nodes, store, folder, progress)
    changes = [change for node in nodes if (change := _change(node, None if dry_run else gathered.digests))]
    restored = 0
    if not dry_run:
        setup_schema(database)
        release(database, unwanted)
        release_unwanted_facts(database, spec)
        rename_entities(database, renamed, nodes)
        _write_nodes(database, changes, progress)
        note_keys(database, nodes)
        _write_facts(database, spec, shares or Shares(), progress)
        write_derived(database, derived, shares or Shares())
        restored = _restore(database) if restore_facts else 0
    lost = database.read("adopt/list_lost_facts")
    return Adoption(
        dry_run=dry_run,
        entities={label: sum(node["label"] == label for node in nodes) for label in spec.labels},
        facts={row["relation"]: row["facts"] for row in counts} | {name: len(pairs) for name, pairs in derived.items()},
        left_out={row["relation"]: row["left_out"] for row in counts if row["left_out"]},
        changed=len(changes),
        new_facts=sum(row["new"] for row in counts),
        ingested=sum(map(is_ingested, found)),
        without_id=dict(Counter(node["label"] for node in found if not has_id(node))),
        look_alikes=look_alikes,
        broken=gathered.broken,
        healed=sum(map(is_wiped, nodes)),
        renamed=renamed,
        released=len(unwanted),
        lost=[f"{row['head']} {row['relation']} {row['tail']}: the {row['gone']} is gone" for row in lost],
        restored=restored,
    )


def _count_relationships(database: Database, spec: AdoptSpec, nodes: list[Row]) -> list[Row]:
    labels = list(spec.labels)
    others = read_columns(database, "adopt/list_others", labels=labels, elements=[node["element"] for node in nodes])
    return database.read(
        "adopt/count_relationships",
        relations=spec.types,
        where=spec.facts_where,
        labels=labels,
        skipped=others[0]["elements"],
    )


def _find_unwanted(database: Database, nodes: list[Row], limit: float) -> list[str]:
    """The adopted nodes that are not among `nodes`. Raises InputError where they are more than the share `limit`."""
    adopted = read_columns(database, "adopt/list_adopted")[0]["elements"]
    wanted = {node["element"] for node in nodes}
    unwanted = [element for element in adopted if element not in wanted]
    if len(unwanted) > limit * len(adopted):
        raise InputError(
            f"the specification does not want {len(unwanted):,} of {len(adopted):,} adopted nodes any more: "
            f"{shorten(unwanted)}; adopting releases at most {limit:.0%} of them unless told otherwise (--release)"
        )
    return unwanted


def _gather(nodes: list[Row], store: PictureStore, folder: Path, progress: Progress) -> Gathered:
    addresses = [node["given"]["image"] for node in nodes if node["given"]["image"]]
    # A digest belongs to the address that was copied; where the node's own `image` is used, nobody kept that.
    image = called("image")
    known = {
        node["own"]["image"]: node["digest"] for node in nodes if node["digest"] and image in (node["adopted"] or [])
    }
    return gather_pictures(store, folder, addresses, known=known, progress=progress)


def _change(node: Row, digests: Mapping[str, str] | None) -> Row | None:
    """What has to be written to a node, None where all is as it should be; without `digests`, pictures stay."""
    given, held, added = node["given"], node["own"], node["adopted"] or []
    adopted = [key for key in OURS if given[key] is not None and (held[key] is None or called(key) in added)]
    wanted = {key: given[key] for key in OURS if key in adopted or called(key) in added}
    if digests is not None:
        wanted["image_sha256"] = digests.get(given["image"] or "")
    present = {**held, "image_sha256": node["digest"]}
    same = own_names(adopted) == node["adopted"] and node["label"] == node["primary"] and bool(node["entity"])
    if same and node["adopted_as"] == given["id"] and all(present[key] == value for key, value in wanted.items()):
        return None
    return {
        "element": node["element"],
        "properties": wanted,
        "adopted": own_names(adopted),
        "adopted_as": given["id"],
        "primary": node["label"],
    }


def _write_nodes(database: Database, changes: list[Row], progress: Progress) -> None:
    done = 0
    for rows in batches(changes, NODES_PER_BATCH):
        database.write("adopt/write_nodes", rows=own_properties(rows))
        done += len(rows)
        progress(done, len(changes), "nodes")


def _write_facts(database: Database, spec: AdoptSpec, shares: Shares, progress: Progress) -> None:
    ids = read_columns(database, "adopt/list_entity_ids")[0]["ids"]
    done = 0
    for heads in batches(ids, HEADS_PER_PAGE):
        (page,) = read_columns(
            database, "adopt/page_relationships", heads=heads, relations=spec.types, where=spec.facts_where
        )
        splits = split_pairs(page["heads"], page["tails"], shares).tolist()
        rows = [{"element": e, "split": split} for e, split in zip(page["elements"], splits, strict=True)]
        for part in batches(rows, FACTS_PER_BATCH):
            database.write("adopt/write_facts", rows=part)
        done += len(heads)
        progress(done, len(ids), "facts")


def _restore(database: Database) -> int:
    """Assert again the accepted facts that the owner deleted; those with an end that is gone stay lost."""
    lost = [row for row in database.read("adopt/list_lost_facts") if row["gone"] == "fact"]
    rows = [{key: row[key] for key in ("head", "relation", "tail")} for row in lost]
    for part in batches(rows, FACTS_PER_BATCH):
        database.write("decisions/assert_facts", rows=part)
    return len(rows)
