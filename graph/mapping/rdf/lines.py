"""What stands under [[rdf]]: entities by class, relations and columns by SPARQL property path, and the presets."""

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from graph.loading.nobody import NOBODY

PRESETS = Path(__file__).parent / "presets"
COLUMNS = ("name", "text", "image", "url", "rights")
# Where a mapping does not say what things are called: the usual properties, the first that a thing has.
NAMES = ["skos:prefLabel", "rdfs:label", "schema:name", "foaf:name", "dcterms:title", "dc:title"]
Paths = str | list[str]


class Line(BaseModel):
    """A table of lines in a mapping file; other keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class EntityLines(Line):
    """[rdf.entity.LABEL]: which things have the label, and where their columns stand.

    class: IRIs of classes, by the property `type`. where: a path that they must have, or a pattern about ?this.
    unless: a regular expression; things of such a name (unknown, anonymous …) are nobody.
    Without class and where, the label is that of the relations whose `to` it is.
    """

    class_: Paths = Field([], alias="class")
    type: str = "rdf:type"
    where: str | None = None
    unless: str | None = None
    name: Paths = NAMES
    text: Paths = []
    image: Paths = []
    url: Paths = []
    rights: Paths = []
    keep: dict[str, Paths] = {}

    @field_validator("unless")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re.compile(value)
            except re.error as error:
                raise ValueError(f"this is no regular expression: {error}") from error
        return value

    @property
    def classes(self) -> list[str]:
        return as_list(self.class_)

    @property
    def columns(self) -> dict[str, list[str]]:
        """The paths of each column that has any."""
        own = {column: as_list(getattr(self, column)) for column in COLUMNS}
        return {column: paths for column, paths in {**own, **_lists(self.keep)}.items() if paths}


class RelationLines(Line):
    """[rdf.relation.NAME], or NAME = "path" for one without more.

    path: one or several, their answers together. from: the label of the heads; none: any. to: the label of tails that
    are of no class of the mapping, texts among them; none: such are left out.
    """

    path: Paths
    from_: str | None = Field(None, alias="from")
    to: str | None = None

    @property
    def paths(self) -> list[str]:
        return as_list(self.path)


def as_list(paths: Paths) -> list[str]:
    return [paths] if isinstance(paths, str) else paths


def select(pattern: str) -> str:
    """A path, or a pattern that binds ?value, as a query of ?this and ?value and, where it binds it, ?language."""
    columns = "?this ?value ?language" if "?language" in pattern else "?this ?value"
    body = pattern if "?value" in pattern else f"?this {bracket(pattern)} ?value"
    return f"SELECT DISTINCT {columns} WHERE {{ {body} }}"


def select_members(lines: EntityLines) -> str:
    """The query of ?this and ?class of an entity's lines, which have a class or a pattern."""
    parts = []
    if lines.classes:
        parts.append(
            f"VALUES ?class {{ {' '.join(map(bracket, lines.classes))} }} ?this {bracket(lines.type)} ?class ."
        )
    if lines.where:
        parts.append(lines.where if "?this" in lines.where else f"?this {bracket(lines.where)} [] .")
    return f"SELECT DISTINCT ?this ?class WHERE {{ {' '.join(parts)} }}"


def bracket(path: str) -> str:
    """A whole IRI as SPARQL writes it; other paths as they are."""
    return f"<{path}>" if re.fullmatch(r"(https?|urn):[^\s<>|*+?^]+", path) and "/http" not in path[4:] else path


def list_presets() -> list[str]:
    return sorted(path.stem for path in PRESETS.glob("*.toml"))


def apply_preset(written: dict[str, Any]) -> dict[str, Any]:
    """What is written, over what its preset says; a line that is `false` takes the preset's away.

    Raises ValueError for a preset that there is not.
    """
    name = written.get("preset")
    preset: dict[str, Any] = {}
    if name is not None:
        if name not in list_presets():
            raise ValueError(f"there is no preset {name!r}; allowed are {', '.join(list_presets())}")
        preset = tomllib.loads((PRESETS / f"{name}.toml").read_text(encoding="utf-8"))
        for lines in preset["entity"].values():
            if lines.get("unless") == "nobody":  # how catalogues say so, in all languages that we know
                lines["unless"] = NOBODY
    merged = {**preset, **written}
    for key in ("entity", "relation", "prefixes", "languages"):
        lines = {**preset.get(key, {}), **(written.get(key) or {})}
        if key == "entity":
            lines = {label: _over(preset.get(key, {}).get(label), own) for label, own in lines.items()}
        merged[key] = {name: line for name, line in lines.items() if line is not False}
    merged["relation"] = {
        name: {"path": line} if isinstance(line, str | list) else line for name, line in merged["relation"].items()
    }
    return merged


def _over(preset: Any, own: Any) -> Any:
    return {**preset, **own} if isinstance(preset, dict) and isinstance(own, dict) else own


def _lists(keep: dict[str, Paths]) -> dict[str, list[str]]:
    return {column: as_list(paths) for column, paths in keep.items()}
