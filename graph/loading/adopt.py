"""Adopt a graph that already lives in Neo4j, and give it back as it was.

Adopting adds: the label Entity; id, name, text and image where they are called otherwise; to the
relationships that are facts a split and the source 'adopted'. Each node remembers what it was given in
``adopted``, which is what `unadopt` takes away.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from base.errors import InputError, shorten
from base.progress import Progress, silent
from graph import reserved
from graph.connection import Database, Row, batches
from graph.loading.adopt_spec import PROPERTIES, AdoptSpec
from graph.pictures import Gathered, PictureStore, gather_pictures
from graph.schema import setup_schema
from graph.splits import Shares, split_pairs
from graph.transactions import read_columns, run_in_batches

# Properties of nodes that only this project writes; a node that has one of its own cannot be adopted.
RESERVED = (
    "adopted", "held_out", "image_sha256", "primary_label", "sources", "textual", "textual_digest", "updated_at",
    "visual", "visual_digest",
)  # fmt: skip
OURS = tuple(PROPERTIES.values())
NODES_PER_BATCH = 2_000
FACTS_PER_BATCH = 10_000
HEADS_PER_PAGE = 2_000


@dataclass(frozen=True)
class Adoption:
    """What `adopt` found and did, or would do.

    entities, facts: how many there are by label and by relation; changed: how many of the nodes were
    written, and new_facts: how many relationships became facts; left_out: relationships of the chosen
    relations with an end that is no entity; ingested: nodes of the labels that an ingest brought, left alone;
    broken: address -> why, of pictures that could not be taken.
    """

    entities: dict[str, int]
    facts: dict[str, int]
    left_out: dict[str, int]
    changed: int
    new_facts: int
    ingested: int
    broken: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Unadoption:
    """What `unadopt` undid, or would undo.

    entities and facts go back to plain nodes and relationships; other_facts, which other
    sources asserted at adopted entities, and predicted links at them, are deleted.
    """

    entities: int
    facts: int
    other_facts: int
    predicted: int


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

    Raises InputError, before anything is written, for labels, relations or properties that the graph
    does not have, nodes without an id, ids given twice, and nodes or relationships that have properties of
    their own under our names.
    """
    _check_spec(database, spec)
    nodes = _read_nodes(database, spec)
    ingested = [node for node in nodes if _is_ingested(node)]
    nodes = [node for node in nodes if not _is_ingested(node)]
    _check_nodes(nodes)
    _check_ids(database, nodes)
    _check_relationships(database, spec)
    counts = database.read("adopt/count_relationships", relations=list(spec.relations), labels=[*spec.labels, "Entity"])
    gathered = Gathered() if dry_run else _gather(nodes, store, folder, progress)
    changes = [change for node in nodes if (change := _change(node, None if dry_run else gathered.digests))]
    if not dry_run:
        setup_schema(database)
        _write_nodes(database, changes, progress)
        _write_facts(database, spec, shares or Shares(), progress)
    return Adoption(
        entities={label: sum(node["label"] == label for node in nodes) for label in spec.labels},
        facts={row["relation"]: row["facts"] for row in counts},
        left_out={row["relation"]: row["left_out"] for row in counts if row["left_out"]},
        changed=len(changes),
        new_facts=sum(row["new"] for row in counts),
        ingested=len(ingested),
        broken=gathered.broken,
    )


def unadopt(database: Database, *, dry_run: bool = False) -> Unadoption:
    """Give an adopted graph back: every label and property that was added goes, and nothing else.

    Links that this project made at adopted nodes go too. With `dry_run` it only counts.
    Killed at any point and run again, it ends in the same graph.
    """
    (row,) = database.read("adopt/count_adopted")
    if not dry_run:
        for statement in ("adopt/delete_other_links", "adopt/release_facts", "adopt/release_nodes"):
            run_in_batches(database, statement)
    return Unadoption(**row)


def _check_spec(database: Database, spec: AdoptSpec) -> None:
    labels = [row["label"] for row in database.read("adopt/list_labels")]
    if unknown := [label for label in spec.labels if label not in labels]:
        allowed = [label for label in labels if label not in reserved.LABELS]
        raise InputError(f"no node has the label {shorten(unknown)}; the labels are: {', '.join(allowed) or 'none'}")
    types = [row["type"] for row in database.read("adopt/list_types")]
    if unknown := [relation for relation in spec.relations if relation not in types]:
        allowed = [name for name in types if name not in reserved.RELATIONS]
        raise InputError(f"no relationship has the type {shorten(unknown)}; the types are: {', '.join(allowed)}")
    for label, mapping in spec.labels.items():
        properties = [row["property"] for row in database.read("adopt/list_properties", label=label)]
        if unknown := [name for name in mapping.values() if name not in properties]:
            raise InputError(f"no {label} has the property {shorten(unknown)}; they have: {', '.join(properties)}")


def _read_nodes(database: Database, spec: AdoptSpec) -> list[Row]:
    """Every node of the labels once, under the first of its labels in the order of the specification."""
    nodes: list[Row] = []
    earlier: list[str] = []
    for label, mapping in spec.labels.items():
        properties = {ours: mapping.get(theirs) for theirs, ours in PROPERTIES.items()}
        rows = database.read(
            "adopt/read_nodes", label=label, earlier=earlier, properties=properties, reserved=list(RESERVED)
        )
        nodes.extend({**row, "label": label, "properties": properties} for row in rows)
        earlier.append(label)
    return nodes


def _is_ingested(node: Row) -> bool:
    return "Entity" in node["labels"] and node["adopted"] is None and node["sources"] is not None


def _check_nodes(nodes: list[Row]) -> None:
    """Raise InputError with every kind of problem, the first few nodes that have it, and how many do."""
    problems: dict[str, list[str]] = {}
    for node in nodes:
        for problem in _problems(node):
            problems.setdefault(f"{node['label']}: {problem}", []).append(node["given"]["id"] or node["element"])
    if problems:
        lines = [f"{problem}: {shorten(ids)}" for problem, ids in sorted(problems.items())]
        raise InputError("the graph cannot be adopted:\n" + "\n".join(lines))


def _problems(node: Row) -> list[str]:
    properties, given, added = node["properties"], node["given"], node["adopted"] or []
    problems = [] if given["id"] else [f"no `{properties['id']}`, or one that is no text or number"]
    problems += [
        f"`{properties[key]}` is no text or number" for key in node["present"] if key != "id" and given[key] is None
    ]
    for key in OURS:
        own = node["own"][key]
        if own is not None and key not in added and own != given[key]:
            mapped = f"differs from `{properties[key]}`" if properties[key] else "is not mapped"
            problems.append(f"the node's own `{key}` {mapped}, or is no text")
    if node["adopted"] is None:
        problems += [f"the node has a property `{key}` of its own" for key in node["clashes"]]
        problems += ["the node has a label Entity of its own"] if "Entity" in node["labels"] else []
    return problems


def _check_ids(database: Database, nodes: list[Row]) -> None:
    ids = Counter(node["given"]["id"] for node in nodes)
    if twice := sorted(id_ for id_, count in ids.items() if count > 1):
        raise InputError(f"ids that more than one node has: {shorten(twice)}")
    taken = [database.read("adopt/find_taken_ids", ids=part)[0]["ids"] for part in batches(list(ids), NODES_PER_BATCH)]
    if clashing := sorted(id_ for part in taken for id_ in part):
        raise InputError(f"ids that other entities of the graph have already: {shorten(clashing)}")


def _check_relationships(database: Database, spec: AdoptSpec) -> None:
    clashes = database.read("adopt/find_clashing_relationships", relations=list(spec.relations))
    if clashes:
        names = [f"{row['relation']} {', '.join(row['properties'])}" for row in clashes]
        raise InputError(f"relationships with properties of their own under our names: {shorten(names)}")


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
    primary = node["label"] if len([label for label in node["labels"] if label != "Entity"]) > 1 else None
    present = {**own, "image_sha256": node["digest"]}
    same = adopted == node["adopted"] and primary == node["primary"]
    if same and all(present[key] == value for key, value in wanted.items()):
        return None
    return {"element": node["element"], "properties": wanted, "adopted": adopted, "primary": primary}


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
