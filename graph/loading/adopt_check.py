"""All that stands in the way of an adoption, looked for before anything is written, with the way out of each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from base.errors import InputError, shorten
from cypher.prefix import own, own_names
from graph import reserved
from graph.connection import Database, Row, batches
from graph.loading.adopt_nodes import OURS, has_id, is_ingested, is_wiped
from graph.loading.adopt_spec import BACKWARDS, PROPERTIES, AdoptSpec
from graph.schema import WITH_PREFIX, find_collisions

IDS_PER_BATCH = 10_000
# By what an entity calls a property: what a specification calls it.
_SPECIFIED = {ours: theirs for theirs, ours in PROPERTIES.items()}
_TAKES = (
    'in the specification, `lists = "first"` takes the first of a list, `languages = ["en"]` the first in a language'
)


def check_adoption(database: Database, spec: AdoptSpec, nodes: list[Row]) -> None:
    """Raise InputError that lists everything in the way: how often, the first five, and what settles it.

    nodes: rows of ``adopt/read_nodes`` with the `label` and the `properties` that the specification gives them.

    In the way are labels, relations and properties that the graph does not have; ids that are missing, blank, given
    twice or taken; properties and labels of their own under our names; indexes and values where our schema needs them.
    """
    missing = [*_missing_names(database, spec), *_missing_properties(database, spec, nodes)]
    problems = missing or [
        *_node_problems(spec, nodes),
        *_id_problems(database, spec, nodes),
        *_relationship_problems(database, spec),
        *find_collisions(database),
    ]
    if problems:
        raise InputError("the graph cannot be adopted; nothing was written:\n" + "\n".join(problems))


def _missing_names(database: Database, spec: AdoptSpec) -> Iterable[str]:
    labels = [row["label"] for row in database.read("adopt/list_labels")]
    if unknown := [label for label in spec.labels if label not in labels]:
        allowed = [label for label in labels if label not in own_names(reserved.LABELS)]
        yield f"no node has the label {shorten(unknown)}; the labels are: {', '.join(allowed) or 'none'}"
    types = [row["type"] for row in database.read("adopt/list_types")]
    steps = [step.removeprefix(BACKWARDS) for path in spec.paths.values() for step in path]
    if unknown := [relation for relation in [*spec.types, *steps] if relation not in types]:
        allowed = [name for name in types if name not in own_names(reserved.RELATIONS)]
        yield f"no relationship has the type {shorten(unknown)}; the types are: {', '.join(allowed)}"


def _missing_properties(database: Database, spec: AdoptSpec, nodes: list[Row]) -> Iterable[str]:
    """What no node of a label has; where some are adopted already, their owner may have taken all but the id away."""
    adopted = {node["label"] for node in nodes if node["ours"]}
    for label, table in spec.labels.items():
        properties = [row["property"] for row in database.read("adopt/list_properties", label=label)]
        mapped = [*spec.id_parts(label), *spec.properties(label).values()]
        optional = [*mapped, *([table["key"]] if "key" in table else []), *spec.where(label)]
        wanted = spec.id_parts(label) if label in adopted else dict.fromkeys(optional)
        if properties and (unknown := [name for name in wanted if name not in properties]):
            yield f"no {label} has the property {shorten(unknown)}; they have: {', '.join(properties)}"


def _node_problems(spec: AdoptSpec, nodes: list[Row]) -> list[str]:
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for node in nodes:
        if is_ingested(node):
            continue
        for problem, way_out in _problems(spec, node):
            found[node["label"], problem, way_out].append(node["given"]["id"] or node["element"])
    return [
        f"{label}: {problem}: {shorten(ids)}" + (f"; {way_out}" if way_out else "")
        for (label, problem, way_out), ids in sorted(found.items())
    ]


def _problems(spec: AdoptSpec, node: Row) -> Iterable[tuple[str, str]]:
    """What is wrong with a node, each with what would settle it."""
    label, properties, given, added = node["label"], node["properties"], node["given"], node["adopted"] or []
    if not has_id(node) and label not in spec.skip_without_id:
        named = ", ".join(f"`{name}`" for name in spec.id_parts(label))
        skips = _line(f'skip_without_id = ["{label}"]', "leaves them out")
        if given["id"] is not None:
            yield f"blank {named}", skips
        else:
            listed = "id" in node["present"]
            yield f"no {named}, or one that is no text or number", f"{_TAKES}; {skips}" if listed else skips
    for key in node["present"]:
        if key != "id" and given[key] is None:
            yield f"`{properties[key]}` is no text or number", f"{_TAKES}; or leave `{_SPECIFIED[key]}` out"
    for key in OURS:
        held = node["own"][key]
        if held is not None and own(key) not in added and held != given[key]:
            takes = _line(f'[labels.{label}] {_SPECIFIED[key]} = "{own(key)}"', "takes the node's own")
            way_out = f"{takes}; {WITH_PREFIX}" if isinstance(held, str) else WITH_PREFIX
            mapped = f"differs from `{properties[key]}`" if properties[key] else "is not mapped"
            yield f"the node's own `{own(key)}` {mapped}, or is no text", way_out
    if node["adopted"] is None:
        for key in node["clashes"]:
            yield f"the node has a property `{key}` of its own", WITH_PREFIX
        if node["entity"] and not is_wiped(node):
            yield f"the node has a label {own('Entity')} of its own", WITH_PREFIX


def _id_problems(database: Database, spec: AdoptSpec, nodes: list[Row]) -> list[str]:
    by_id: dict[str, list[Row]] = defaultdict(list)
    for node in nodes:
        if has_id(node) and not is_ingested(node):
            by_id[node["given"]["id"]].append(node)
    problems = []
    if twice := {id_: those for id_, those in by_id.items() if len(those) > 1}:
        labels = sorted({node["label"] for those in twice.values() for node in those})
        # Counted from 1 under each label, they differ once the label is a part of them.
        apart = all(len({node["label"] for node in those}) == len(those) for those in twice.values())
        way_out = "; ".join(
            _line(f'[labels.{label}] id_prefix = "{label.lower()}/"', "sets them apart")
            if apart
            else _better_id(database, spec, label)
            for label in labels
        )
        problems.append(f"ids that more than one node has: {shorten(sorted(twice))}; {way_out}")
    adopted = {node["given"]["id"] for node in nodes if node["ours"] and node["own"]["id"] == node["given"]["id"]}
    asked = [id_ for id_ in by_id if id_ not in adopted]
    taken = [database.read("adopt/find_taken_ids", ids=part)[0]["ids"] for part in batches(asked, IDS_PER_BATCH)]
    # Those of nodes that have a label Entity of their own are told as that.
    entities = {node["given"]["id"] for node in nodes if node["entity"] and not node["ours"]}
    if clashing := sorted({id_ for part in taken for id_ in part} - entities):
        problems.append(f"ids that other entities of the graph have already: {shorten(clashing)}")
    return problems


def _better_id(database: Database, spec: AdoptSpec, label: str) -> str:
    """The line that names a property which nothing is mapped to yet and every node has, each with another value."""
    rows = database.read("adopt/list_properties", label=label)
    most = max((row["nodes"] for row in rows), default=0)
    free = [row for row in rows if row["property"] not in spec.properties(label).values()]
    unique = [row["property"] for row in free if row["nodes"] == row["values"] == most]
    if not unique:
        several = _line(f'[labels.{label}] id = ["…", "…"]', "takes several that are unique together")
        return f"no property of {label} is unique: {several}; or give them ids, or leave {label} out"
    return _line(f'[labels.{label}] id = "{unique[0]}"', "is unique")


def _relationship_problems(database: Database, spec: AdoptSpec) -> list[str]:
    clashes = database.read(
        "adopt/find_clashing_relationships",
        relations=spec.types,
        reserved=own_names(reserved.FACT_PROPERTIES),
    )
    found: Mapping[str, list[str]] = defaultdict(list)
    for row in clashes:
        found[f"{row['relation']} {', '.join(row['properties'])}"].append(f"{row['head']} -> {row['tail']}")
    return [
        f"relationships with properties of their own under our names: {name}: {shorten(ends)}; "
        f"leave the type out of `relations`; {WITH_PREFIX}"
        for name, ends in found.items()
    ]


def _line(line: str, effect: str) -> str:
    return f"in the specification, `{line}` {effect}"
