"""What is to be adopted of a graph that already lives in Neo4j, as a person writes it down."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from base.errors import InputError, shorten
from cypher.prefix import VARIABLE, current, own_names
from graph import reserved

# What a specification calls a property -> what it is on an entity.
PROPERTIES = {"id": "id", "name": "name", "text": "text", "picture": "image"}
# What else a label's table may say: what goes before each id, a second key that outlasts the id, which nodes.
LABEL_KEYS = (*PROPERTIES, "id_prefix", "key", "where")
FACT_KEYS = ("where", "path")
EXAMPLE = 'relations = ["hasStyle"], then [labels.Artwork] with id = "wikidata", name = "title"'
# What a step of a path begins with where it goes against its relationship, as on the page and in rules.
BACKWARDS = "<"

Values = dict[str, list[Any]]


@dataclass(frozen=True)
class AdoptSpec:
    """Labels in the order in which the first becomes primary, and the relation types that are facts.

    labels: each with its `id`, a property or a list of those that are unique together, and `name`, `text`, `picture`,
    `id_prefix`, `key` and `where` as needed.
    skip_without_id: labels of which nodes without an id, or with a blank one, are left out; otherwise they are refused.
    languages: of texts with a tag, such as "Gas@en", the first language that there is; the tag is taken off.
    lists: ``"first"`` takes the first of each list for a text; without it, and without languages, lists are refused.
    facts: relation -> its `where` (of a type), or its `path`, a chain of types that joins two entities.

    ``AdoptSpec(labels={"Artwork": {"id": "wikidata", "name": "title", "text": "note", "picture": "photo"}},
    relations=["hasStyle"])``; only id is needed. Raises InputError for anything else.
    """

    labels: Mapping[str, Mapping[str, Any]]
    relations: Sequence[str] = field(default=())
    skip_without_id: Sequence[str] = field(default=())
    languages: Sequence[str] = field(default=())
    lists: str | None = None
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_names("label", self.labels, own_names(reserved.LABELS))
        if not self.labels:
            raise InputError(f"the specification names no label; it looks like {EXAMPLE}")
        for label, properties in self.labels.items():
            _check_label(label, properties)
        for name, whats in (("relations", "relationship types"), ("languages", "language tags")):
            if not _are_texts(getattr(self, name)):
                raise InputError(f"{name} is {getattr(self, name)!r}; it must be a list of {whats}")
        _check_names("relation", [*self.relations, *self.facts], own_names(reserved.RELATIONS))
        if not _are_texts(self.skip_without_id) or set(self.skip_without_id) - set(self.labels):
            raise InputError(
                f"skip_without_id is {self.skip_without_id!r}; "
                f"it must be a list of labels out of: {', '.join(self.labels)}"
            )
        if self.lists not in (None, "first"):
            raise InputError(f'lists is {self.lists!r}; it must be "first", or left out')
        for relation, table in self.facts.items():
            _check_fact(relation, table, self.relations)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The specification in a TOML file: ``relations = [...]`` and a table ``[labels.Artwork]`` per label."""
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError as error:
            raise InputError(f"there is no file {path}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{path} is no TOML file: {error}; it looks like {EXAMPLE}") from error
        allowed = [known.name for known in fields(cls)]
        if unknown := sorted(content.keys() - set(allowed)):
            raise InputError(f"{path} has {shorten(unknown)}; allowed are: {', '.join(allowed)}")
        for name in ("labels", "facts"):
            if not isinstance(content.get(name, {}), dict):
                raise InputError(
                    f"{path}: {name} is {content[name]!r}; it must be a table of tables, such as {EXAMPLE}"
                )
        return cls(**{"labels": {}, **content})

    @property
    def types(self) -> list[str]:
        """The relationship types that are facts as they are."""
        return list(dict.fromkeys([*self.relations, *(name for name in self.facts if name not in self.paths)]))

    @property
    def paths(self) -> dict[str, list[str]]:
        """The relations that are made of chains of relationships: types, with `<` before one that is gone against."""
        return {name: list(table["path"]) for name, table in self.facts.items() if "path" in table}

    def properties(self, label: str) -> dict[str, str]:
        """Which of a node's properties are an entity's: those of PROPERTIES' keys that the label maps to one each."""
        given = self.labels[label].items()
        return {name: value for name, value in given if name in PROPERTIES and isinstance(value, str)}

    def id_parts(self, label: str) -> list[str]:
        """The properties that make the id of a node of the label, one or several."""
        parts = self.labels[label]["id"]
        return [parts] if isinstance(parts, str) else list(parts)

    def where(self, label: str) -> Values:
        """Property -> the values of which a node of the label has one."""
        return _values(self.labels[label].get("where", {}))

    @property
    def facts_where(self) -> dict[str, Values]:
        """Type -> property -> the values of which a relationship has one."""
        return {name: _values(table["where"]) for name, table in self.facts.items() if "where" in table}


def _values(where: Mapping[str, Any]) -> Values:
    return {name: value if isinstance(value, list) else [value] for name, value in where.items()}


def _are_texts(names: object) -> bool:
    return isinstance(names, Sequence) and not isinstance(names, str) and all(isinstance(n, str) and n for n in names)


def _check_names(what: str, names: object, ours: Sequence[str]) -> None:
    given = list(names) if isinstance(names, Mapping | Sequence) else [names]
    good = [name for name in given if isinstance(name, str) and name]
    if bad := [name for name in given if name not in good]:
        raise InputError(f"the {what} {bad[0]!r} is no name")
    if taken := sorted(set(good) & set(ours)):
        way_out = f"; with the environment variable {VARIABLE}=vk_, ours are called otherwise" if not current() else ""
        raise InputError(
            f"the {what} {shorten(taken)} is reserved for this project, as are: {', '.join(ours)}{way_out}"
        )


def _check_label(label: str, table: object) -> None:
    if not isinstance(table, Mapping):
        raise InputError(f"label {label!r} maps to {table!r}; it must be a table such as {EXAMPLE}")
    _check_keys(f"label {label!r} maps", table, LABEL_KEYS)
    if "id" not in table:
        raise InputError(f"label {label!r} does not say which property is the id")
    parts = table["id"] if isinstance(table["id"], list) and table["id"] else [table["id"]]
    names = [*parts, *(value for name, value in table.items() if name not in ("id", "where"))]
    if bad := [value for value in names if not isinstance(value, str) or not value]:
        raise InputError(f"label {label!r} maps to the property {bad[0]!r}; it must be a name")
    _check_where(f"label {label!r}", table)


def _check_fact(relation: str, table: object, relations: Collection[str]) -> None:
    if not isinstance(table, Mapping) or len(table) != 1:
        raise InputError(f"the fact {relation!r} is {table!r}; it must be a table with one of: {', '.join(FACT_KEYS)}")
    _check_keys(f"the fact {relation!r} has", table, FACT_KEYS)
    _check_where(f"the fact {relation!r}", table)
    path = table.get("path", ["x"])
    if not _are_texts(path) or not path or any(not step.removeprefix(BACKWARDS) for step in path):
        raise InputError(
            f'the fact {relation!r} has the path {path!r}; it must be a list of types such as ["<P108", "P14"]'
        )
    if "path" in table and relation in relations:
        raise InputError(f"the relation {relation!r} is a type and a path; give the path another name")


def _check_keys(what: str, table: Mapping[str, Any], allowed: Sequence[str]) -> None:
    if unknown := sorted(str(key) for key in table.keys() - set(allowed)):
        raise InputError(f"{what} {shorten(unknown)}; allowed are: {', '.join(allowed)}")


def _check_where(what: str, table: Mapping[str, Any]) -> None:
    where = table.get("where", {})
    good = isinstance(where, Mapping) and all(
        isinstance(value, str | int | float) for values in _values(where).values() for value in values
    )
    if not good:
        raise InputError(f'{what} has where = {where!r}; it must be like {{ status = "shown", year = [1940, 1941] }}')
