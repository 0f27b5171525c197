"""What is to be adopted of a graph that already lives in Neo4j, as a person writes it down."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from base.errors import InputError, shorten
from graph import reserved

# What a specification calls a property -> what it is on an entity.
PROPERTIES = {"id": "id", "name": "name", "text": "text", "picture": "image"}
EXAMPLE = 'relations = ["hasStyle"], then [labels.Artwork] with id = "wikidata", name = "title"'


@dataclass(frozen=True)
class AdoptSpec:
    """Labels in the order in which the first becomes primary, and the relation types that are facts.

    skip_without_id: labels of which nodes without an id, or with a blank one, are left out; otherwise they are refused.
    ``AdoptSpec(labels={"Artwork": {"id": "wikidata", "name": "title", "text": "note", "picture": "photo"}},
    relations=["hasStyle"])``; only id is needed. Raises InputError for anything else.
    """

    labels: Mapping[str, Mapping[str, str]]
    relations: Sequence[str] = field(default=())
    skip_without_id: Sequence[str] = field(default=())

    def __post_init__(self) -> None:
        _check_names("label", self.labels, reserved.LABELS)
        if not self.labels:
            raise InputError(f"the specification names no label; it looks like {EXAMPLE}")
        for label, properties in self.labels.items():
            _check_properties(label, properties)
        if isinstance(self.relations, str) or not isinstance(self.relations, Sequence):
            raise InputError(f"relations is {self.relations!r}; it must be a list of relationship types")
        _check_names("relation", self.relations, reserved.RELATIONS)
        skipped = self.skip_without_id
        if isinstance(skipped, str) or not isinstance(skipped, Sequence) or set(skipped) - set(self.labels):
            raise InputError(
                f"skip_without_id is {skipped!r}; it must be a list of labels out of: {', '.join(self.labels)}"
            )

    @classmethod
    def read(cls, path: Path) -> Self:
        """The specification in a TOML file: ``relations = [...]`` and a table ``[labels.Artwork]`` per label."""
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise InputError(f"there is no file {path}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{path} is no TOML file: {error}; it looks like {EXAMPLE}") from error
        if unknown := sorted(content.keys() - {"labels", "relations", "skip_without_id"}):
            raise InputError(f"{path} has {shorten(unknown)}; allowed are: labels, relations, skip_without_id")
        labels = content.get("labels", {})
        if not isinstance(labels, dict):
            raise InputError(f"{path}: labels is {labels!r}; it must be a table per label, such as {EXAMPLE}")
        rest = {name: value for name, value in content.items() if name != "labels"}
        return cls(labels=labels, **rest)


def _check_names(what: str, names: object, ours: Sequence[str]) -> None:
    given = list(names) if isinstance(names, Mapping | Sequence) else [names]
    good = [name for name in given if isinstance(name, str) and name]
    if bad := [name for name in given if name not in good]:
        raise InputError(f"the {what} {bad[0]!r} is no name")
    if taken := sorted(set(good) & set(ours)):
        raise InputError(f"the {what} {shorten(taken)} is reserved for this project, as are: {', '.join(ours)}")


def _check_properties(label: str, properties: object) -> None:
    if not isinstance(properties, Mapping):
        raise InputError(f"label {label!r} maps to {properties!r}; it must be a table such as {EXAMPLE}")
    if unknown := sorted(str(key) for key in properties.keys() - PROPERTIES.keys()):
        raise InputError(f"label {label!r} maps {shorten(unknown)}; allowed are: {', '.join(PROPERTIES)}")
    if "id" not in properties:
        raise InputError(f"label {label!r} does not say which property is the id")
    if bad := [value for value in properties.values() if not isinstance(value, str) or not value]:
        raise InputError(f"label {label!r} maps to the property {bad[0]!r}; it must be a name")
