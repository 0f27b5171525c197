"""Every Cypher statement of the project, one a file, loaded by name.

A file opens with a header of comment lines that is checked when it is loaded::

    // What the statement does, in a sentence or two.
    // $limit (integer from 1) = 20: maximum number of rows
    // $state (string: current, stale) = "current": stale is what the last run no longer predicts
    // $rows (list): one map per entity: id, label, name
    // Returns: head, relation, tail, score

A parameter with a default, written as JSON, may be left out by the caller. Behind the type stands what of it is
allowed, where that is not all: a number's least value, or a text's values.
"""

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from cypher import prefix

FOLDER = Path(__file__).parent
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "float": (int, float),
    "boolean": bool,
    "list": list,
    "map": dict,
}

_PARAMETER = re.compile(r"^\$(\w+) \((\w+)(?: from (-?\d+)|: ([^()]+))?\)(?: = (.+?))?: (.+)$")
_USED = re.compile(r"\$(\w+)")
# What a `$name` may not be looked for in: quoted strings, quoted names, comments.
_OPAQUE = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`|//[^\n]*|/\*.*?\*/", re.DOTALL)


class StatementError(ValueError):
    """A statement file, or the parameters given to it, break the rules of this package."""


@dataclass(frozen=True)
class Parameter:
    """One declared parameter; ``required`` when its header line gives no default.

    ``least`` is the least number that is allowed, None for any; ``allowed`` the texts that are, () for all.
    """

    name: str
    type: str
    help: str
    default: object = None
    required: bool = True
    least: int | None = None
    allowed: tuple[str, ...] = ()

    def requirement(self, value: object) -> str | None:
        """What a value must be that it is not, such as "must be of type integer"; None where it may be given.

        Null may always be given.
        """
        if value is None:
            return None
        if not isinstance(value, TYPES[self.type]) or (self.type == "boolean") != isinstance(value, bool):
            return f"must be of type {self.type}"
        if self.least is not None and isinstance(value, int | float) and not value >= self.least:
            return f"must be {self.least} or more"
        if self.allowed and value not in self.allowed:
            return f"must be one of {', '.join(self.allowed)}"
        return None


@dataclass(frozen=True)
class Statement:
    """One Cypher statement with what its header says of it."""

    name: str
    summary: str
    parameters: tuple[Parameter, ...]
    returns: tuple[str, ...]
    text: str

    def bind(self, **values: object) -> dict[str, object]:
        """The parameters to send: `values` checked against the header, defaults filled in.

        Raises StatementError for an unknown or missing parameter and for a value that is not allowed.
        """
        known = {p.name: p for p in self.parameters}
        if unknown := sorted(values.keys() - known.keys()):
            allowed = ", ".join(known) or "none"
            raise StatementError(f"{self.name} has no parameter {', '.join(unknown)}; it takes: {allowed}")
        bound: dict[str, object] = {}
        for name, parameter in known.items():
            if name not in values and parameter.required:
                raise StatementError(f"{self.name} needs the parameter {name} ({parameter.type}): {parameter.help}")
            value = values.get(name, parameter.default)
            if requirement := parameter.requirement(value):
                raise StatementError(f"{self.name}: {name} is {value!r}, it {requirement}")
            bound[name] = value
        return bound


def load(name: str) -> Statement:
    """The statement in ``cypher/<name>.cypher``, its header checked against its text, our names with their prefix.

    Raises StatementError where the file is missing, holds more than one statement, or
    declares other parameters than it uses; InputError for a prefix that cannot be one.
    """
    return _load(name, prefix.current())


@cache
def _load(name: str, before_names: str) -> Statement:
    path = FOLDER / f"{name}.cypher"
    if not path.is_file():
        raise StatementError(f"there is no statement {name}: no file {path.name} in cypher/{path.parent.name}/")
    statement = parse(name, path.read_text(encoding="utf-8"))
    return replace(statement, text=prefix.substitute(statement.text, before_names))


def names(purpose: str = "") -> list[str]:
    """The names of all statements, or of those of one purpose (a sub-folder), sorted."""
    return sorted(p.relative_to(FOLDER).with_suffix("").as_posix() for p in (FOLDER / purpose).rglob("*.cypher"))


def parse(name: str, source: str) -> Statement:
    """Read a statement and its header from the text of a file; see the module's docstring."""
    lines = source.splitlines()
    header = []
    while lines and lines[0].startswith("//"):
        header.append(lines.pop(0).removeprefix("//").strip())
    text = "\n".join(lines).strip().removesuffix(";").strip()
    summary, parameters, returns = _read_header(name, header)
    bare = _OPAQUE.sub("", text)
    if not text or ";" in bare:
        raise StatementError(f"{name}: a file holds exactly one statement")
    # `$(…)` is a dynamic label or type, not a parameter; its inner `$name` is found all the same.
    used, declared = set(_USED.findall(bare)), {p.name for p in parameters}
    if used != declared:
        raise StatementError(
            f"{name}: used but not declared: {sorted(used - declared)}; "
            f"declared but not used: {sorted(declared - used)}"
        )
    return Statement(name, summary, parameters, returns, text)


def _read_header(name: str, header: list[str]) -> tuple[str, tuple[Parameter, ...], tuple[str, ...]]:
    summary: list[str] = []
    parameters: list[Parameter] = []
    returns: tuple[str, ...] = ()
    for line in header:
        if line.startswith("$"):
            parameters.append(_read_parameter(name, line))
            if parameters[-1].name in {p.name for p in parameters[:-1]}:
                raise StatementError(f"{name}: {parameters[-1].name} is declared twice")
        elif line.startswith("Returns:"):
            returns = tuple(column.strip() for column in line.removeprefix("Returns:").split(","))
        else:
            summary.append(line)
    if not any(summary):
        raise StatementError(f"{name}: the header does not say what the statement does")
    return " ".join(summary).strip(), tuple(parameters), returns


def _read_parameter(name: str, line: str) -> Parameter:
    match = _PARAMETER.match(line)
    if match is None or match[2] not in TYPES:
        raise StatementError(
            f"{name}: {line!r} is not of the form `$name (type) = default: help`, type in {sorted(TYPES)}"
        )
    least = None if match[3] is None else int(match[3])
    allowed = tuple(value.strip() for value in (match[4] or "").split(",") if value.strip())
    if least is not None and match[2] not in ("integer", "float"):
        raise StatementError(f"{name}: {match[1]} is of type {match[2]}; only a number can have a least value")
    if allowed and match[2] != "string":
        raise StatementError(f"{name}: {match[1]} is of type {match[2]}; only a string can have a list of its values")
    try:
        default = None if match[5] is None else json.loads(match[5])
    except json.JSONDecodeError as error:
        raise StatementError(f"{name}: the default of {match[1]}, {match[5]}, is not JSON") from error
    parameter = Parameter(match[1], match[2], match[6], default, match[5] is None, least, allowed)
    if requirement := parameter.requirement(default):
        raise StatementError(f"{name}: the default of {match[1]} is {default!r}, it {requirement}")
    return parameter
