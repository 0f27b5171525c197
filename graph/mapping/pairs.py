"""[[pairs]]: a benchmark folder as its authors released it: train, valid and test, numbers for names, texts, images."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pandas as pd

from base.errors import InputError, shorten
from graph.loading.files import DEFAULT_LABEL
from graph.mapping.source_kind import OWN, Chunk, SourceKind, Tally

# The names that released files have, some behind the benchmark's own, as OpenBG500_train.tsv.
SPLITS = {"train": ("train", "train2id"), "val": ("valid", "val", "dev", "valid2id"), "test": ("test", "test2id")}
ENDINGS = (".txt", ".tsv", ".csv", ".dict", ".del", "")
ENTITIES, RELATIONS = ("entity2id", "entity_ids"), ("relation2id", "relation_ids")
ORDERS = {"hrt": (0, 1, 2), "htr": (0, 2, 1)}
CLEAR = 3  # the relation's column has at most a third of the values of the others
MET = 0.5  # of the values of the tails' column that heads have too, where relations have none of them

Lines = list[tuple[int, list[str]]]


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
        if not parts["train"][1]:
            told = "has no triples" if parts["train"][0] else "is missing (train.txt, train2id.txt, NAME_train.tsv)"
            raise InputError(f"{folder}: the part to train on {told}; a benchmark's folder has it")
        path, lines = parts["train"]
        assert path is not None
        order = self.order or _find_order(path, lines, relations)
        if order != "hrt":
            tally.notes.append(f"{path.name}: the columns are head, tail, relation")
        frames = [
            _arrange(path, lines, split, order, entities, relations)
            for split, (path, lines) in parts.items()
            if path is not None and lines
        ]
        facts = pd.concat(frames, ignore_index=True)
        ids = pd.unique(pd.concat([pd.Series([*entities.values()], dtype=object), facts["head"], facts["tail"]]))
        things = pd.DataFrame({"id": ids, "label": self.label, OWN: True}, dtype=object)
        for column, names in (
            ("name", ("entity2text", "entity2label", "entity2name", "entity_strings")),
            ("text", ("entity2textlong", "entity2description")),
            ("image", ("ImageIndex", "*ImageIndex", "entity2image", "images")),
        ):
            given = _read_pairs(folder, names, entities)
            if column == "image":
                given = _keep_files(folder, given, tally)
            if given:
                things[column] = things["id"].map(given)
        yield Chunk(things, facts)


def is_benchmark(folder: Path) -> bool:
    """Whether a folder looks like one that [[pairs]] reads."""
    return _find(folder, SPLITS["train"]) is not None and _find(folder, SPLITS["test"]) is not None


def _arrange(
    path: Path, lines: Lines, split: str, order: str, entities: dict[str, str], relations: dict[str, str]
) -> pd.DataFrame:
    """One part's triples by their names, in our order of columns."""
    head, relation, tail = (ORDERS[order].index(at) for at in range(3))
    frame = pd.DataFrame([cells for _, cells in lines], dtype=object)
    named = {
        "head": _name(path, lines, frame[head], entities, "entity2id"),
        "relation": _name(path, lines, frame[relation], relations, "relation2id"),
        "tail": _name(path, lines, frame[tail], entities, "entity2id"),
    }
    return pd.DataFrame({**named, "split": split}, dtype=object)


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
        written = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name}: the file must be UTF-8: {error}") from error
    by_tabs = any("\t" in line for line in written[:20])
    lines = [(number, line.split("\t") if by_tabs else line.split()) for number, line in enumerate(written, 1)]
    lines = [(number, [cell.strip() for cell in cells]) for number, cells in lines if any(map(str.strip, cells))]
    return lines[1:] if lines and len(lines[0][1]) == 1 and lines[0][1][0].isdigit() else lines


def _read_triples(folder: Path, split: str, names: tuple[str, ...], tally: Tally) -> tuple[Path | None, Lines]:
    path = _find(folder, names)
    if path is None:
        return None, []
    lines = _read_lines(path)
    if split == "test" and lines and all(len(cells) == 2 for _, cells in lines):
        tally.notes.append(f"{path.name}: its lines have no tail, so nothing can be measured by them; it is left out")
        return path, []
    if wrong := [(number, cells) for number, cells in lines if len(cells) != 3]:
        shown = shorten([f"line {number}: {len(cells)}" for number, cells in wrong])
        raise InputError(
            f"{path.name}: each line must have three cells, head, relation and tail; these do not: {shown}"
        )
    return path, lines


def _read_numbers(folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    """number -> name, whichever of the two stands first; empty where there is no such file."""
    path = _find(folder, names)
    if path is None:
        return {}
    lines = _read_lines(path)
    if wrong := [number for number, cells in lines if len(cells) < 2]:
        raise InputError(f"{path.name} line {wrong[0]}: there must be a name and its number")
    last = all(cells[-1].isdigit() for _, cells in lines)
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


def _name(path: Path, lines: Lines, cells: "pd.Series[str]", names: dict[str, str], file: str) -> "pd.Series[str]":
    """Names for numbers; what is no number, or has no list of names, stays as it is."""
    if not names:
        # A type of relationships should say that it is one.
        return "relation_" + cells if file == "relation2id" and cells.str.isdigit().all() else cells
    if cells.isin(set(names.values())).all():
        return cells
    found = cells.map(names)
    if found.isna().any():
        row = int(found.isna().to_numpy().argmax())
        raise InputError(f"{path.name} line {lines[row][0]}: {cells.iloc[row]!r} is not in {file}")
    return found


def _read_pairs(folder: Path, names: tuple[str, ...], entities: dict[str, str]) -> dict[str, str]:
    """entity -> what a file says of it; the entity by name or number."""
    path = _find(folder, names)
    if path is None:
        return {}
    given: dict[str, str] = {}
    for _, cells in _read_lines(path):
        if len(cells) > 1:
            given.setdefault(entities.get(cells[0], cells[0]), "\n".join(cells[1:]))
    return given


def _keep_files(folder: Path, images: dict[str, str], tally: Tally) -> dict[str, str]:
    """Images that are addresses, or files of the folder; the first of several."""
    kept = {}
    for id_, image in images.items():
        first = image.splitlines()[0]
        if first.startswith(("http://", "https://")) or (folder / first).is_file():
            kept[id_] = first
        else:
            tally.leave_out("image", "there is no such file in the folder", f"{id_}: {first!r}")
    return kept
