"""Which files of a folder a draft reads, and what each is by its ending and by what it begins with."""

import mimetypes
import re
from collections import defaultdict
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from base.errors import InputError, shorten
from graph.loading.files import MAPPING_FILE
from graph.mapping.drafting.layout import group_files
from graph.mapping.files.formats import FORMATS
from graph.mapping.files.found_files import COMPRESSIONS, find_ending
from graph.mapping.files.parts import ARCHIVE, Part, find_parts
from graph.mapping.rdf.files import open_packed
from graph.mapping.rdf.wrapped import is_rdf

MOST_MEMBERS = 30  # of an archive; more are of one form
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
USUAL = "cidoc-crm"
SAVED_OTHERWISE = (".xls", ".ods", ".numbers", ".mdb", ".accdb", ".dbf")
DOCUMENTS = (".doc", ".docx", ".odt", ".rtf", ".pdf", ".ppt", ".pptx", ".odp", ".htm", ".html", ".md")
MARC = re.compile(rb"<(?:\w+:)?datafield\s[^>]*\btag=")
# Records of MODS, but not inside METS, whose pictures and parts are told beside them.
MODS, METS = re.compile(rb"<(?:\w+:)?mods[\s>]"), re.compile(rb"<(?:\w+:)?mets[\s>]")
EAD = re.compile(rb"<(?:\w+:)?ead[\s>]")
LIDO, IIIF = b"lido-schema.org", re.compile(rb'"@?context"\s*:\s*\[?[^\]}]{0,300}iiif\.io/api/')
# What tells how an archive is laid out, and where it comes from: Darwin Core's meta.xml and eml.xml.
DESCRIPTION = re.compile(rb"rs\.tdwg\.org/dwc/text|<(?:\w+:)?eml\s[^>]*ecoinformatics\.org/eml")
DESCRIBES = "description"
RDF = {".ttl", ".nt", ".nq", ".trig", ".n3", ".rdf", ".owl", ".jsonld"}


@dataclass
class Found:
    """tables: files and patterns of tables. others: kind ("lido", "marc", "mods", "ead", "iiif", a preset of RDF) ->
    files and patterns. unread: what cannot be read, and why. documents: what is no table, though facts may stand in
    it."""

    tables: list[str] = field(default_factory=list)
    others: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    unread: list[InputError] = field(default_factory=list)
    documents: list[InputError] = field(default_factory=list)


def find_drafted(place: Path) -> Found:
    """What a file is, or all files of a folder; many files of one folder and ending as one pattern."""
    found = Found()
    if place.is_file():
        _sort_in(found, place, [place.name])
        return found
    together: dict[tuple[Path, str], list[Path]] = defaultdict(list)
    for path in sorted(place.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(place).parts):
            together[path.parent, _written_ending(path)].append(path.relative_to(place))
    for (parent, written), paths in together.items():
        ending = find_ending(paths[0])
        if ending in SAVED_OTHERWISE:
            found.unread.append(
                InputError(f"{paths[0]}: files ending in {ending} are not read; save it as .xlsx or .csv")
            )
        if ending in DOCUMENTS or _is_unknown(paths[0], ending):
            shown = shorten(list(map(str, paths)))
            found.documents.append(InputError(f"{shown}: files ending in {ending or 'nothing'} are not read"))
        if ending == ARCHIVE:
            _sort_archives(found, place, paths)
            continue
        many = ending in (".json", ".xml", *RDF) and len(paths) > 1
        if many or ending in (".json", ".xml", *RDF, *FORMATS):
            whole = [str(parent.relative_to(place) / f"*{written}")] if many else list(map(str, paths))
            try:
                groups = _group(place, [*map(str, paths)]) if many and len(paths) <= MOST_MEMBERS else []
                if len(groups) < 2:
                    _sort_in(found, place / paths[0], whole)
                for names in groups if len(groups) > 1 else ():
                    _sort_in(found, place / names[0], _shorten(names, paths))
            except InputError as error:
                found.unread.append(error)
    for kind, names in found.others.items():
        rest = [name for other, given in found.others.items() if other != kind for name in given]
        found.others[kind] = _join_patterns(names, [*found.tables, *rest])
    return found


def _is_unknown(path: Path, ending: str) -> bool:
    """Whether nobody reads such a file: it is neither data, nor a picture or a film, nor a mapping."""
    read = {*FORMATS, *RDF, *SAVED_OTHERWISE, ARCHIVE, Path(MAPPING_FILE).suffix}
    kind = mimetypes.guess_type(path.name)[0] or ""
    return ending not in read and not kind.startswith(("image/", "audio/", "video/"))


def _group(place: Path, names: list[str]) -> list[list[str]]:
    """Files of one folder and ending by what they are, tables by what their records say, too."""
    kinds: dict[str | None, list[str]] = defaultdict(list)
    for name in names:
        kinds[_find_kind(place / name)].append(name)
    tables = group_files(place, kinds.pop(None)) if None in kinds else []
    return [*tables, *kinds.values()]


def _shorten(names: list[str], paths: list[Path]) -> list[str]:
    """One pattern for several files, where it fits no others."""
    alike = next((at for at, signs in enumerate(zip(*names, strict=False)) if len(set(signs)) > 1), 0)
    pattern = f"{names[0][:alike]}*{_written_ending(Path(names[0]))}"
    fitting = [path for path in paths if fnmatch(str(path), pattern)]
    return [pattern] if len(names) > 1 and len(fitting) == len(names) else names


def _sort_archives(found: Found, place: Path, paths: list[Path]) -> None:
    for path in paths:
        try:
            _sort_in(found, place / path, [str(path)])
        except InputError as error:
            found.unread.append(error)


def _sort_in(found: Found, path: Path, names: list[str]) -> None:
    if find_ending(path) == ARCHIVE:
        _sort_members(found, path, names[0])
        return
    _take(found, _find_kind(path), names, names)


def _take(found: Found, kind: str | None, names: list[str], tables: list[str]) -> None:
    """Note what files are. tables: their names, or those of their members, where they are tables."""
    if kind == DESCRIBES:
        found.documents.append(InputError(f"{shorten(names)}: it describes an archive, and is no table of it"))
    elif kind is None:
        found.tables += tables
    else:
        found.others[kind] += names


def _sort_members(found: Found, path: Path, name: str) -> None:
    """The files of an archive by their endings, of which each is of the kind of its first file."""
    parts: dict[str, list[Part]] = defaultdict(list)
    for part in find_parts(path.parent, path.name, {*FORMATS, *RDF}):
        parts[part.ending].append(part)
    for ending, members in parts.items():
        with members[0].opened() as stream:
            kind = _tell_kind(ending, stream.read(LOOKED_AT))
        whole = name if len(parts) == 1 else f"{name}/*{Path(members[0].name).suffix}"
        _take(found, kind, [whole], _list_members(whole, str(Path(name).parent), members))


def _list_members(whole: str, folder: str, members: list[Part]) -> list[str]:
    """The tables in an archive, each as one where they are few and may differ."""
    names = [str(Path(folder) / part.name) for part in members]
    records = all(part.ending in (".json", ".xml") for part in members)
    return [whole] if len(names) == 1 or len(names) > MOST_MEMBERS or records else names


def _join_patterns(names: list[str], others: list[str]) -> list[str]:
    """One pattern for files of one kind in several folders, where nothing else ends so."""
    if any(f"{ARCHIVE}/" in name for name in names):
        return names
    endings = {_written_ending(Path(name)) for name in names}
    ending = endings.pop()
    if len(names) == 1 or endings or any(name.endswith(ending) for name in others):
        return names
    return [f"**/*{ending}" if any("/" in name for name in names) else f"*{ending}"]


def _written_ending(path: Path) -> str:
    """``.CSV.gz`` of a.CSV.gz: as it is written, for a pattern."""
    return "".join(path.suffixes[-2 if path.suffix.lower() in COMPRESSIONS else -1 :])


def _find_kind(path: Path) -> str | None:
    ending = find_ending(path)
    if ending not in (".json", ".xml", *RDF):
        return None
    with open_packed(path) as file:
        return _tell_kind(ending, file.read(LOOKED_AT))


def _tell_kind(ending: str, begin: bytes) -> str | None:
    if ending == ".xml" and DESCRIPTION.search(begin):
        return DESCRIBES
    if ending == ".xml" and LIDO in begin:
        return "lido"
    if ending == ".xml" and MARC.search(begin):
        return "marc"
    if ending == ".xml" and b"loc.gov/mods/v3" in begin and MODS.search(begin) and not METS.search(begin):
        return "mods"
    if ending == ".xml" and EAD.search(begin):
        return "ead"
    if ending == ".json" and IIIF.search(begin):
        return "iiif"
    if ending in FORMATS and ending not in (".json", ".xml"):
        return None
    known = next((name for sign, name in PRESETS.items() if sign in begin), None)
    if ending == ".xml":
        return known or USUAL if is_rdf(begin) else None
    if ending == ".json":
        return "linked-art" if b"@context" in begin and b"linked.art" in begin else None
    return known or USUAL
