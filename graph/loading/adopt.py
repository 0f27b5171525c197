"""Adopt a graph that already lives in Neo4j, and give it back as it was.

Adopting adds: the label Entity and our mark; id, name, text and image where they are called otherwise; the kind; to the
relationships that are facts our mark, a split and the source 'adopted'. Each node remembers what it was given in
``adopted``, which is what `unadopt` takes away.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from base.progress import Progress, silent
from graph import reserved
from graph.connection import Database, Row, batches
from graph.loading.adopt_check import OURS, check_adoption, has_id, is_ingested
from graph.loading.adopt_spec import PROPERTIES, AdoptSpec
from graph.pictures import Gathered, PictureStore, gather_pictures
from graph.schema import setup_schema
from graph.splits import Shares, split_pairs
from graph.transactions import read_columns, run_in_batches

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
    dry_run: bool = False


@dataclass(frozen=True)
class Unadoption:
    """What `unadopt` undid, or would undo.

    entities and facts go back to plain nodes and relationships; other_facts, which other sources or people asserted
    at adopted entities, and predicted links at them, are deleted. taken: the same one by one, and the vectors that the
    entities lose: what it is -> kind, modality or relation -> how many.
    """

    entities: int
    facts: int
    other_facts: int
    predicted: int
    taken: dict[str, dict[str, int]] = field(default_factory=dict)


def adopt(
    database: Database,
    spec: AdoptSpec,
    *,
    store: PictureStore,
    folder: Path,
    shares: Shares | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Adoption:
    """Make the nodes and relationships that `spec` names entities and facts.

    Pictures (paths inside `folder`, or http(s) addresses) are copied into `store`. Facts get their
    split by hash, see `graph.splits`. Run again it takes in what is new or changed, and nothing else is written.
    With `dry_run` nothing is written at all.

    Raises InputError, before anything is written, that lists all that stands in the way: see check_adoption.
    """
    nodes = _read_nodes(database, spec)
    check_adoption(database, spec, nodes)
    without_id = [node for node in nodes if not has_id(node)]
    ingested = [node for node in nodes if is_ingested(node)]
    nodes = [node for node in nodes if has_id(node) and not is_ingested(node)]
    counts = database.read(
        "adopt/count_relationships",
        relations=list(spec.relations),
        labels=list(spec.labels),
        skipped=[node["element"] for node in without_id],
    )
    gathered = Gathered() if dry_run else _gather(nodes, store, folder, progress)
    changes = [change for node in nodes if (change := _change(node, None if dry_run else gathered.digests))]
    look_alikes = {row["name"]: row["count"] for row in database.read("adopt/count_look_alikes")}
    if not dry_run:
        setup_schema(database)
        _write_nodes(database, changes, progress)
        _write_facts(database, spec, shares or Shares(), progress)
    return Adoption(
        dry_run=dry_run,
        entities={label: sum(node["label"] == label for node in nodes) for label in spec.labels},
        facts={row["relation"]: row["facts"] for row in counts},
        left_out={row["relation"]: row["left_out"] for row in counts if row["left_out"]},
        changed=len(changes),
        new_facts=sum(row["new"] for row in counts),
        ingested=len(ingested),
        without_id=dict(Counter(node["label"] for node in without_id)),
        look_alikes=look_alikes,
        broken=gathered.broken,
    )


def unadopt(database: Database, *, dry_run: bool = False) -> Unadoption:
    """Give an adopted graph back: every label and property that was added goes, and nothing else.

    Links that this project made at adopted nodes go too. With `dry_run` it only counts.
    Killed at any point and run again, it ends in the same graph.
    """
    taken: dict[str, dict[str, int]] = {}
    for row in database.read("adopt/count_adopted"):
        taken.setdefault(row["what"], {})[row["name"]] = row["count"]
    if not dry_run:
        for statement in ("adopt/delete_other_links", "adopt/release_facts", "adopt/release_nodes"):
            run_in_batches(database, statement)
    counts = {what: sum(taken.get(what, {}).values()) for what in ("entities", "facts", "other_facts", "predicted")}
    return Unadoption(**counts, taken=taken)


def _read_nodes(database: Database, spec: AdoptSpec) -> list[Row]:
    """Every node of the labels once, under the first of its labels in the order of the specification."""
    nodes: list[Row] = []
    earlier: list[str] = []
    for label, mapping in spec.labels.items():
        properties = {ours: mapping.get(theirs) for theirs, ours in PROPERTIES.items()}
        rows = database.read(
            "adopt/read_nodes",
            label=label,
            earlier=earlier,
            properties=properties,
            reserved=list(reserved.ENTITY_PROPERTIES),
        )
        nodes.extend({**row, "label": label, "properties": properties} for row in rows)
        earlier.append(label)
    return nodes


def _gather(nodes: list[Row], store: PictureStore, folder: Path, progress: Progress) -> Gathered:
    addresses = [node["given"]["image"] for node in nodes if node["given"]["image"]]
    # A digest belongs to the address that was copied; where the node's own `image` is used, nobody kept that.
    known = {node["own"]["image"]: node["digest"] for node in nodes if node["digest"] and "image" in node["adopted"]}
    return gather_pictures(store, folder, addresses, known=known, progress=progress)


def _change(node: Row, digests: Mapping[str, str] | None) -> Row | None:
    """What has to be written to a node, None where all is as it should be; without `digests`, pictures stay."""
    given, own, added = node["given"], node["own"], node["adopted"] or []
    adopted = [key for key in OURS if given[key] is not None and (own[key] is None or key in added)]
    wanted = {key: given[key] for key in {*adopted, *added}}
    if digests is not None:
        wanted["image_sha256"] = digests.get(given["image"] or "")
    present = {**own, "image_sha256": node["digest"]}
    same = adopted == node["adopted"] and node["label"] == node["primary"]
    if same and all(present[key] == value for key, value in wanted.items()):
        return None
    return {"element": node["element"], "properties": wanted, "adopted": adopted, "primary": node["label"]}


def _write_nodes(database: Database, changes: list[Row], progress: Progress) -> None:
    done = 0
    for rows in batches(changes, NODES_PER_BATCH):
        database.write("adopt/write_nodes", rows=rows)
        done += len(rows)
        progress(done, len(changes), "nodes")


def _write_facts(database: Database, spec: AdoptSpec, shares: Shares, progress: Progress) -> None:
    ids = read_columns(database, "adopt/list_entity_ids")[0]["ids"]
    done = 0
    for heads in batches(ids, HEADS_PER_PAGE):
        (page,) = read_columns(database, "adopt/page_relationships", heads=heads, relations=list(spec.relations))
        splits = split_pairs(page["heads"], page["tails"], shares).tolist()
        rows = [{"element": e, "split": split} for e, split in zip(page["elements"], splits, strict=True)]
        for part in batches(rows, FACTS_PER_BATCH):
            database.write("adopt/write_facts", rows=part)
        done += len(heads)
        progress(done, len(ids), "facts")
