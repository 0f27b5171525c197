"""[[pairs]]: a benchmark folder as its authors released it: train, valid and test, numbers for names, texts, images."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd

from base.errors import InputError, shorten
from graph.loading.files import DEFAULT_LABEL
from graph.mapping.source_kind import OWN, Chunk, SourceKind, Tally

# The names that released files have, some behind the benchmark's own, as OpenBG500_train.tsv.
SPLITS = {"train": ("train", "train2id"), "val": ("valid", "val", "dev", "valid2id"), "test": ("test", "test2id")}
ENDINGS = (".txt", ".tsv", ".csv", ".dict", ".del", "")
ENTITIES, RELATIONS = ("entity2id", "entity_ids"), ("relation2id", "relation_ids")
ORDERS = {"hrt": (0, 1, 2), "htr": (0, 2, 1)}
HEADER = {
    **dict.fromkeys(("head", "h", "subject", "head_id", "head_entity"), "h"),
    **dict.fromkeys(("relation", "rel", "r", "predicate", "relation_id"), "r"),
    **dict.fromkeys(("tail", "t", "object", "tail_id", "tail_entity"), "t"),
}
CLEAR = 3  # the relation's column has at most a third of the values of the others
MET = 0.5  # of the values of the tails' column that heads have too, where relations have none of them

Lines = list[tuple[int, list[str]]]


class Part(NamedTuple):
    """The lines of a file of triples; order: of its columns, where its first line says it."""

    path: Path
    lines: Lines
    order: str | None = None


class Pairs(SourceKind):
    """A benchmark's folder.

    folder: where its files are. order: of the columns, hrt or htr; found by the number of values where it is left out.
    label: what all its entities are. numbers: entity2id says which name a number stands for, relation2id likewise.
    """

    folder: str = "."
    order: Literal["hrt", "htr"] | None = None
    label: str = DEFAULT_LABEL

    def read(self, folder: Path, tally: Tally) -> Iterator[Chunk]:
        folder = folder / self.folder
        entities, relations = _read_numbers(folder, ENTITIES), _read_numbers(folder, RELATIONS)
        parts = {split: _read_triples(folder, split, names, tally) for split, names in SPLITS.items()}
        train = parts["train"]
        if train is None or not train.lines:
            told = "has no triples" if train else "is missing (train.txt, train2id.txt, NAME_train.tsv)"
            raise InputError(f"{folder}: the part to train on {told}; a benchmark's folder has it")
        order = self.order or train.order or _find_order(train.path, train.lines, relations)
        if order != "hrt":
            tally.notes.append(f"{train.path.name}: the columns are head, tail, relation")
        facts = _arrange(
            {split: part for split, part in parts.items() if part and part.lines}, order, entities, relations
        )
        ids = pd.unique(pd.concat([pd.Series([*entities.values()], dtype=object), facts["head"], facts["tail"]]))
        things = pd.DataFrame({"id": ids, "label": self.label, OWN: True}, dtype=object)
        for column, names in (
            ("name", ("entity2text", "entity2label", "entity2name", "entity_strings")),
            ("text", ("entity2textlong", "entity2description")),
            ("image", ("ImageIndex", "*ImageIndex", "entity2image", "images")),
        ):
            given = _read_pairs(folder, names, entities, column, ids, tally)
            if column == "image":
                given = _keep_files(folder, given, tally)
            if given:
                things[column] = things["id"].map(given)
        yield Chunk(things, facts)


def is_benchmark(folder: Path) -> bool:
    """Whether a folder looks like one that [[pairs]] reads."""
    return _find(folder, SPLITS["train"]) is not None and _find(folder, SPLITS["test"]) is not None


def _arrange(parts: dict[str, Part], order: str, entities: dict[str, str], relations: dict[str, str]) -> pd.DataFrame:
    """All triples by their names, in our order of columns."""
    columns = dict(zip(("head", "relation", "tail"), (ORDERS[order].index(at) for at in range(3)), strict=True))
    frames = {
        split: pd.DataFrame([cells for _, cells in part.lines], dtype=object)[[*columns.values()]].set_axis(
            [*columns], axis=1
        )
        for split, part in parts.items()
    }
    for names, file, ends in ((entities, "entity2id", ["head", "tail"]), (relations, "relation2id", ["relation"])):
        cells = [(parts[split], frame[end]) for split, frame in frames.items() for end in ends]
        numbered = _hold_numbers(cells, names, file)
        for split, frame in frames.items():
            for end in ends:
                frame[end] = _name(parts[split], frame[end], names, file, numbered)
    return pd.concat([frame.assign(split=split) for split, frame in frames.items()], ignore_index=True)


def _hold_numbers(cells: list[tuple[Part, "pd.Series[str]"]], names: dict[str, str], file: str) -> bool:
    """Whether triples name things by number. Where all names are numbers too, the file's name says it.

    Raises InputError for what is neither a name nor a number.
    """
    if not names:
        return False
    if all(column.str.isdigit().all() and _is_numbered(part.path) for part, column in cells):
        return True
    for part, column in cells:
        _check_known(part, column, column.isin({*names, *names.values()}), file)
    return not all(column.isin(set(names.values())).all() for _, column in cells)


def _is_numbered(path: Path) -> bool:
    """Whether a file of triples holds numbers by its name: train2id.txt, or LibKGE's train.del."""
    return path.stem.endswith("2id") or path.suffix == ".del"


def _find(folder: Path, names: tuple[str, ...]) -> Path | None:
    for name in names:
        for before in ("", "*[_-]"):
            for ending in ENDINGS:
                found = sorted(path for path in folder.glob(f"{before}{name}{ending}") if path.is_file())
                if found:
                    return found[0]
    return None


def _read_lines(path: Path) -> Lines:
    """The cells of each line that is not blank, by tabs or else blanks, with its number; without a count at the top."""
    try:
        # Texts may hold other signs that end a line elsewhere, such as U+2028 or a form feed.
        written = path.read_bytes().decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name}: the file must be UTF-8: {error}") from error
    by_tabs = any("\t" in line for line in written[:20])
    lines = [
        (number, line.split("\t") if by_tabs else re.split(" +", line.strip(" \r")))
        for number, line in enumerate(written, 1)
    ]
    lines = [(number, [cell.strip() for cell in cells]) for number, cells in lines if any(map(str.strip, cells))]
    return lines[1:] if lines and len(lines[0][1]) == 1 and lines[0][1][0].isdigit() else lines


def _read_triples(folder: Path, split: str, names: tuple[str, ...], tally: Tally) -> Part | None:
    path = _find(folder, names)
    if path is None:
        return None
    lines, order = _read_lines(path), None
    called = "".join(HEADER.get(cell.casefold(), "?") for cell in lines[0][1]) if lines else ""
    if called in ("hrt", "htr", "hr") and not any(set(cells) == set(lines[0][1]) for _, cells in lines[1:]):
        tally.notes.append(f"{path.name}: its first line names the columns and is no fact ({' '.join(lines[0][1])!r})")
        lines, order = lines[1:], called if called in ORDERS else None
    if split == "test" and lines and all(len(cells) == 2 for _, cells in lines):
        tally.notes.append(f"{path.name}: its lines have no tail, so nothing can be measured by them; it is left out")
        return Part(path, [])
    if wrong := [(number, cells) for number, cells in lines if len(cells) != 3]:
        shown = shorten([f"line {number}: {len(cells)}" for number, cells in wrong])
        raise InputError(
            f"{path.name}: each line must have three cells, head, relation and tail; these do not: {shown}"
        )
    return Part(path, lines, order)


def _read_numbers(folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    """number -> name, whichever of the two stands first; empty where there is no such file."""
    path = _find(folder, names)
    if path is None:
        return {}
    lines = _read_lines(path)
    if wrong := [number for number, cells in lines if len(cells) < 2]:
        raise InputError(f"{path.name} line {wrong[0]}: there must be a name and its number")
    if len(lines) > 1 and not any(cell.isdigit() for cell in lines[0][1]):
        lines = lines[1:]  # "entity id": the names of the columns
    last = all(cells[-1].isdigit() for _, cells in lines)
    if wrong := [] if last else [number for number, cells in lines if not cells[0].isdigit()]:
        raise InputError(f"{path.name} line {wrong[0]}: there must be a name and its number, or a number and its name")
    # A name may hold blanks where blanks separate too.
    pairs = [(cells[-1], " ".join(cells[:-1])) if last else (cells[0], " ".join(cells[1:])) for _, cells in lines]
    numbers = dict(pairs)
    if len(numbers) < len(pairs):
        raise InputError(f"{path.name}: a number stands for two names")
    return numbers


def _find_order(path: Path, lines: Lines, relations: dict[str, str]) -> str:
    """hrt or htr: the relation's column has the fewest values, all of them relations where these are listed, or none
    that heads have while half of the other's are heads."""
    if path.suffix == ".del":
        return "hrt"  # as LibKGE writes it
    first, second, third = ({cells[at] for _, cells in lines} for at in range(3))
    known = relations.keys() | set(relations.values())
    if known and (second <= known) != (third <= known):
        return "hrt" if second <= known else "htr"
    if CLEAR * len(second) <= len(third):
        return "hrt"
    if CLEAR * len(third) <= len(second):
        return "htr"
    numbered = all(map(str.isdigit, first | second | third))  # the numbers of relations are those of entities, too
    if not numbered and not first & second and len(first & third) >= MET * len(third):
        return "hrt"
    if not numbered and not first & third and len(first & second) >= MET * len(second):
        return "htr"
    if len(lines) < 100 or len(second) == len(third):
        return "htr" if path.stem.endswith("2id") else "hrt"
    raise InputError(
        f"{path.name}: its second column has {len(second):,} values and its third {len(third):,}, so it cannot be told "
        'which is the relation; say order = "hrt" or order = "htr" under [[pairs]]'
    )


def _name(part: Part, cells: "pd.Series[str]", names: dict[str, str], file: str, numbered: bool) -> "pd.Series[str]":
    """Names for numbers; what is no number, or has no list of names, stays as it is."""
    if not names:
        # A type of relationships should say that it is one.
        return "relation_" + cells if file == "relation2id" and cells.str.isdigit().all() else cells
    if not numbered:
        return cells
    found = cells.map(names)
    _check_known(part, cells, found.notna(), file)
    return found


def _check_known(part: Part, cells: "pd.Series[str]", known: "pd.Series[bool]", file: str) -> None:
    if not known.all():
        row = int((~known).to_numpy().argmax())
        raise InputError(f"{part.path.name} line {part.lines[row][0]}: {cells.iloc[row]!r} is not in {file}")


def _read_pairs(
    folder: Path, names: tuple[str, ...], entities: dict[str, str], column: str, ids: Iterable[str], tally: Tally
) -> dict[str, str]:
    """entity -> what a file says of it; the entity by name or number. Raises InputError where it knows none of ours."""
    path = _find(folder, names)
    if path is None:
        return {}
    given: dict[str, str] = {}
    known, strange = set(ids), []
    for number, cells in _read_lines(path):
        id_ = entities.get(cells[0], cells[0])
        if len(cells) < 2:
            tally.leave_out(column, "nothing stands behind the id", f"{path.name} line {number}: {cells[0]!r}")
        elif id_ not in known:
            strange.append(id_)
            tally.leave_out(column, "no fact has such an entity", f"{path.name} line {number}: {id_!r}")
        else:
            given.setdefault(id_, "\n".join(cells[1:]))
    if strange and not given:
        raise InputError(
            f"{path.name}: none of its ids is an entity of the facts: {shorten(strange)}; "
            f"there they are as {min(known)!r}"
        )
    return given


def _keep_files(folder: Path, images: dict[str, str], tally: Tally) -> dict[str, str]:
    """Images that are addresses, or files of the folder; the first of several."""
    kept = {}
    for id_, image in images.items():
        first = image.split("\n", 1)[0]
        if first.startswith(("http://", "https://")) or (folder / first).is_file():
            kept[id_] = first
        else:
            tally.leave_out("image", "there is no such file in the folder", f"{id_}: {first!r}")
    return kept
