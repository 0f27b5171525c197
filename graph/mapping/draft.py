"""A first mapping of a file or folder, with what was seen of each column beside it, for a person to edit."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from base.errors import InputError
from base.files import write_text
from graph.loading.files import MAPPING_FILE
from graph.mapping.formats import FORMATS, Layout, read_blocks
from graph.mapping.pairs import is_benchmark
from graph.mapping.parts import COMPRESSIONS, find_parts
from graph.mapping.profile import Column, Profile, profile
from graph.mapping.roles import Guess, guess, join_tables

HEAD = """\
# A draft: what was seen, and what it may mean. Nothing is read of what is not named here.
# Look at each line, change names and labels to yours, then: vlkge ingest FOLDER --dry-run
# docs/mapping.md explains every line.
"""
LOOKED_AT = 20_000  # bytes of a file that tell what it is
# What stands in RDF of a model, and its preset; the surest first.
PRESETS = {
    b"linked.art": "linked-art",
    b"schemas/edm": "edm",
    b"wikidata.org/prop": "wikidata",
    b"CRM": "cidoc-crm",
    b"crm": "cidoc-crm",
    b"skos": "skos",
}
LIDO = b"lido-schema.org"
RDF = {".ttl", ".nt", ".nq", ".trig", ".n3", ".rdf", ".owl", ".jsonld"}


@dataclass
class DraftedTable:
    """One [[table]] of a draft: its files, what was seen, and what was guessed."""

    file: str
    seen: Profile
    guessed: Guess
    notes: list[str] = field(default_factory=list)


def draft(place: Path) -> tuple[str, list[DraftedTable]]:
    """The text of a mapping for a file, or for all files of a folder, and what it was made from.

    Raises InputError where nothing there can be read.
    """
    folder = place if place.is_dir() else place.parent
    patterns, rdf = _find_patterns(place)
    if place.is_dir() and is_benchmark(place):
        return f'{HEAD}\n[[pairs]]\nfolder = "."\n', []
    tables = [_look(folder, pattern) for pattern in patterns]
    join_tables([(table.seen, table.guessed) for table in tables])
    if not tables and not rdf:
        raise InputError(
            f"{place}: there is nothing to draft a mapping from; there may be {', '.join(sorted(FORMATS))}"
        )
    unfit = sorted({value for table in tables for column in table.seen.columns for value in column.missing})
    missing = f"\n# Values that mean nothing:\nmissing = {_quote(unfit)}\n" if unfit else ""
    entries = [_write(table) for table in tables] + [_write_rdf(folder, pattern) for pattern in rdf]
    return HEAD + missing + "".join(entries), tables


def write_draft(place: Path, to: Path | None = None) -> tuple[Path, list[DraftedTable]]:
    """Write a draft as mapping.toml beside what it maps, or to another file; what is there is never overwritten.

    Raises InputError where such a file is there, or nothing can be read.
    """
    folder = place if place.is_dir() else place.parent
    path = to or folder / MAPPING_FILE
    if path.exists():
        raise InputError(f"{path} is there and is never overwritten; name another file with --to FILE")
    text, tables = draft(place)
    try:
        write_text(path, text)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error}; name another file with --to FILE") from error
    return path, tables


def _find_patterns(place: Path) -> tuple[list[str], list[str]]:
    """The tables and the RDF files; many files of one folder and ending as one pattern."""
    if place.is_file():
        return ([], [place.name]) if _is_rdf(place, _ending(place)) else ([place.name], [])
    found: dict[tuple[Path, str], list[Path]] = defaultdict(list)
    for path in sorted(place.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(place).parts):
            found[path.parent, _ending(path)].append(path.relative_to(place))
    tables, rdf = [], []
    for (parent, ending), paths in found.items():
        many = ending in (".json", ".xml", *RDF) and len(paths) > 1
        names = [str(parent.relative_to(place) / f"*{ending}")] if many else list(map(str, paths))
        if ending in RDF or _is_rdf(place / paths[0], ending):
            rdf += names
        elif ending in FORMATS or ending == ".zip":
            tables += names
    return tables, rdf


def _is_rdf(path: Path, ending: str) -> bool:
    """Whether a file is RDF by its ending, or by what a JSON-LD or RDF/XML file begins with; or LIDO."""
    if ending not in (".json", ".xml") or path.suffix.lower() in COMPRESSIONS:
        return ending in RDF
    with path.open("rb") as file:
        begin = file.read(LOOKED_AT)
    if ending == ".xml":
        return b"rdf-syntax-ns#" in begin or LIDO in begin
    return b"@context" in begin and b"linked.art" in begin


def _ending(path: Path) -> str:
    return Path(path.stem).suffix.lower() if path.suffix.lower() in COMPRESSIONS else path.suffix.lower()


def _look(folder: Path, pattern: str) -> DraftedTable:
    layout = Layout(records=_find_records(folder, pattern))
    seen = profile(read_blocks(find_parts(folder, pattern, set(FORMATS)), layout))
    return DraftedTable(pattern, seen, guess(pattern, seen, layout.records), list(dict.fromkeys(layout.notes)))


def _find_records(folder: Path, pattern: str) -> str | None:
    """Of one JSON object the list in it that has the most records, None where the object is a record itself."""
    parts = find_parts(folder, pattern, set(FORMATS))
    if len(parts) != 1 or parts[0].ending != ".json":
        return None
    try:
        found = json.loads(parts[0].read())
    except ValueError:
        return None  # told in full when it is read
    lists = {name: len(value) for name, value in found.items() if _is_records(value)} if isinstance(found, dict) else {}
    return max(lists, key=lambda name: lists[name]) if lists and len(found) < 10 else None


def _is_records(value: object) -> bool:
    return isinstance(value, list) and len(value) > 1 and all(isinstance(record, dict) for record in value)


def _write(table: DraftedTable) -> str:
    """A [[table]] with the figures of its columns above it."""
    guessed = table.guessed
    lines = ["", f"# {table.file}: {table.seen.rows:,} rows", *(f"# {note}" for note in table.notes)]
    lines += _tabulate(table.seen.columns, guessed)
    lines += ["[[table]]", f"file = {_quote(table.file)}"]
    lines += [f"{key} = {_quote(value)}" for key, value in guessed.lines.items()]
    lines += [f"# {remark}" for remark in guessed.remarks]
    if guessed.keep:
        lines += [f"keep = {_quote(guessed.keep)}"]
    for relation in guessed.relations:
        lines += ["", *(f"# {remark}" for remark in relation.remarks), f"[table.relation.{_key(relation.name)}]"]
        lines += [f"{key} = {_quote(value)}" for key, value in relation.lines.items()]
    return "\n".join([*lines, ""])


def _tabulate(columns: list[Column], guessed: Guess) -> list[str]:
    """A line for each column, under each other: filled, different, most frequent, looks, becomes."""
    rows = [("column", "filled", "different", "most frequent", "looks like", "becomes")]
    for column in columns:
        shown = f"{_short(column.largest)} {column.share:.0%}" if column.different else "–"
        looks = column.looks + (f", {column.separator}" if column.separator else "")
        rows.append(
            (
                column.name,
                f"{column.filled:.0%}",
                f"{column.different:,}",
                shown,
                looks,
                guessed.roles.get(column.name, "left out"),
            )
        )
    widths = [max(len(row[at]) for row in rows) for at in range(6)]
    return [
        "#   "
        + "  ".join(
            cell.rjust(width) if at in (1, 2) else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _short(value: str) -> str:
    plain = " ".join(value.split())
    return repr(plain if len(plain) <= 32 else f"{plain[:31]}…")


def _write_rdf(folder: Path, pattern: str) -> str:
    seen = find_parts(folder, pattern, {*RDF, *FORMATS})[0].read()[:LOOKED_AT]
    if LIDO in seen:
        return f"\n# {pattern}: LIDO, see docs/lido.md\n[[lido]]\nfile = {_quote(pattern)}\n"
    preset = next((name for sign, name in PRESETS.items() if sign in seen), "cidoc-crm")
    return (
        f"\n# {pattern}: RDF; the presets are linked-art, cidoc-crm, edm, skos and wikidata, see docs/rdf.md\n"
        f'[[rdf]]\nfile = {_quote(pattern)}\npreset = "{preset}"\n'
    )


def _quote(value: str | int | list[str] | dict[str, str]) -> str:
    """As TOML writes it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {_quote(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_quote, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quote(name)
