"""A first mapping of a file or folder, with what was seen of each column beside it, for a person to edit."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from base.errors import InputError, UnwritableError, first_line
from base.files import write_text
from graph.loading.files import MAPPING_FILE
from graph.mapping.drafting.ead import guess_ead
from graph.mapping.drafting.files import find_drafted
from graph.mapping.drafting.guess import DraftedRelation, Guess
from graph.mapping.drafting.iiif import guess_iiif
from graph.mapping.drafting.joined_tables import JoinedTable, join_tables
from graph.mapping.drafting.layout import find_layouts
from graph.mapping.drafting.marc import guess_marc
from graph.mapping.drafting.mods import guess_mods
from graph.mapping.drafting.profile import Column, Profile
from graph.mapping.drafting.rdf import write_rdf
from graph.mapping.drafting.roles import guess
from graph.mapping.files.formats import FORMATS
from graph.mapping.files.found_files import find_ending
from graph.mapping.pairs import is_benchmark

HEAD = """\
# A draft: what was seen, and what it may mean. Nothing is read of what is not named here.
# Look at each line, change names and labels to yours, then: vlkge ingest FOLDER --dry-run
# docs/mapping.md explains every line.
"""


@dataclass
class DraftedTable:
    """One [[table]] of a draft: its files, what was seen, and what was guessed.

    name: of the sheet or list, where a file has several.
    """

    file: str
    seen: Profile
    guessed: Guess
    notes: list[str] = field(default_factory=list)
    name: str = ""


def draft(place: Path) -> tuple[str, list[DraftedTable]]:
    """The text of a mapping for a file, or for all files of a folder, and what it was made from.

    Of a folder what cannot be read, such as a README.txt, is left out and told. Raises InputError where nothing can.
    """
    folder = place if place.is_dir() else place.parent
    if place.is_dir() and is_benchmark(place):
        return f'{HEAD}\n[[pairs]]\nfolder = "."\n', []
    found = find_drafted(place)
    tables: list[DraftedTable] = []
    for pattern in found.tables:
        try:
            looked = _look(folder, pattern)
            if place.is_dir() and _is_prose(pattern, looked):
                raise InputError(f"{pattern}: its lines have one cell each, as those of a text that is no table")
            tables += looked
        except InputError as error:
            found.unread.append(error)
    join_tables([JoinedTable(_stem(table), table.seen, table.guessed) for table in tables])
    if not tables and not found.others:
        if found.unread:
            raise found.unread[0]
        raise InputError(
            f"{place}: there is nothing to draft a mapping from; there may be {', '.join(sorted(FORMATS))}"
            + "".join(f"; {first_line(error)}" for error in found.documents)
        )
    unfit = sorted({value for table in tables for column in table.seen.columns for value in column.missing})
    missing = f"\n# Values that mean nothing:\nmissing = {_quote(unfit)}\n" if unfit else ""
    entries = [_write(table) for table in tables]
    for other in found.others.items():
        try:
            entries.append(_write_other(folder, *other))
        except InputError as error:
            found.unread.append(error)
    if not entries:
        raise found.unread[0]
    told = "".join(f"\n# left out: {first_line(error)}" for error in [*found.unread, *found.documents])
    return HEAD + missing + "".join(entries) + (f"{told}\n" if told else ""), tables


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
    except UnwritableError as error:
        raise InputError(f"{path} cannot be written: {error.__cause__}; name another file with --to FILE") from error
    return path, tables


def _look(folder: Path, pattern: str) -> list[DraftedTable]:
    drafted = []
    for laid in find_layouts(folder, pattern):
        guessed = guess(laid.name or pattern, laid.seen, laid.lines)
        guessed.remarks += laid.remarks
        drafted.append(DraftedTable(pattern, laid.seen, guessed, list(dict.fromkeys(laid.layout.notes)), laid.name))
    return drafted


def _is_prose(pattern: str, looked: list[DraftedTable]) -> bool:
    """Whether a file is a text rather than a table, such as a README.txt."""
    return find_ending(Path(pattern)) == ".txt" and all(len(table.seen.columns) < 2 for table in looked)


def _write(table: DraftedTable) -> str:
    """A [[table]] with the figures of its columns above it."""
    lines = [f"# {table.file}: {table.seen.rows:,} rows", *(f"# {_in_line(note)}" for note in table.notes)]
    lines += _tabulate(table.seen.columns, table.guessed)
    return "\n".join(["", *lines, *_write_lines(table.file, table.guessed), ""])


def _write_lines(file: str | list[str], guessed: Guess) -> list[str]:
    lines = ["[[table]]", f"file = {_quote(file)}"]
    lines += [f"{key} = {_quote(value)}" for key, value in guessed.lines.items()]
    lines += [f"# {_in_line(remark)}" for remark in guessed.remarks]
    if guessed.keep:
        lines += [f"keep = {_quote(guessed.keep)}"]
    for relation in guessed.relations:
        lines += ["", *_write_relation(relation, "table.relation")]
    return lines


def _write_relation(relation: DraftedRelation, above: str) -> list[str]:
    place = f"{above}.{_key(relation.name)}"
    lines = [*(f"# {_in_line(remark)}" for remark in relation.remarks), f"[{place}]"]
    lines += [f"{key} = {_quote(value)}" for key, value in relation.lines.items()]
    if relation.when:
        inside = ", ".join(f"{_key(column)} = {_quote(values)}" for column, values in relation.when.items())
        lines.append(f"when = {{ {inside} }}")
    return [*lines, *(line for inner in relation.nested for line in ["", *_write_relation(inner, f"{place}.relation")])]


def _stem(table: DraftedTable) -> str:
    """The name of a table's sheet, list or file, without its ending."""
    return table.name or Path(table.file).name.partition(".")[0]


def _tabulate(columns: list[Column], guessed: Guess) -> list[str]:
    """A line for each column, under each other: filled, different, most frequent, looks, becomes."""
    rows = [("column", "filled", "different", "most frequent", "looks like", "becomes")]
    for column in columns:
        shown = f"{_short(column.largest)} {column.share:.0%}" if column.different else "–"
        looks = column.looks + (f", {column.separator}" if column.separator else "")
        rows.append(
            (
                _in_line(column.name),
                f"{column.filled:.0%}",
                f"{column.different:,}",
                shown,
                looks,
                _in_line(guessed.roles.get(column.name, "left out")),
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
    plain = _in_line(value)
    return repr(plain if len(plain) <= 32 else f"{plain[:31]}…")


def _in_line(text: str) -> str:
    """For a comment, which a line break would end: headers of spreadsheets have some."""
    return " ".join(text.split())


def _write_other(folder: Path, kind: str, files: list[str]) -> str:
    """What has a form of its own: RDF, LIDO, MARC, MODS, EAD or IIIF."""
    named = files[0] if len(files) == 1 else files
    if kind == "iiif":
        lines = _write_lines(named, guess_iiif(folder, files))
        return "\n".join(["", "# IIIF: each manifest a work, shown by its first picture", *lines, ""])
    if kind == "marc":
        lines = _write_lines(named, guess_marc(folder, files))
        return "\n".join(["", "# MARCXML, see docs/mapping.md", *lines, ""])
    if kind == "mods":
        lines = _write_lines(named, guess_mods(folder, files))
        return "\n".join(["", "# MODS, see docs/mapping.md", *lines, ""])
    if kind == "ead":
        lines = _write_lines(named, guess_ead(folder, files))
        return "\n".join(["", "# EAD, see docs/mapping.md", *lines, ""])
    if kind == "lido":
        return f"\n# LIDO, see docs/lido.md\n[[lido]]\nfile = {_quote(named)}\n"
    lines = write_rdf(folder, files, kind)
    note = "presets are linked-art, cidoc-crm, edm, skos and wikidata" if "preset" in lines[0] else "what was seen"
    return "\n".join(["", f"# RDF; {note}, see docs/rdf.md", "[[rdf]]", f"file = {_quote(named)}", *lines, ""])


def _quote(value: str | int | bool | list[str] | dict[str, str]) -> str:
    """As TOML writes it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {_quote(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_quote, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quote(name)
