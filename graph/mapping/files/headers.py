"""Which of a table's first rows is its header; what stands above it are titles."""

from collections.abc import Collection, Sequence

MOST_ABOVE = 20  # rows that are looked at
FEWEST = 3  # cells of a header above or below which a row of one cell is none of the table's
Cells = Sequence[str | None]


def count_filled(rows: Sequence[Cells]) -> list[int]:
    """How many cells of each row hold something."""
    return [sum(bool(cell and cell.strip()) for cell in row) for row in rows]


def count_known(row: Cells, known: Collection[str]) -> int:
    """How many of the names that a reader hopes for stand in a row."""
    return len({cell.strip() for cell in row if cell} & {*known})


def find_known(rows: Sequence[Cells], known: Collection[str]) -> int | None:
    """The first row with most of these names, None where no row has any."""
    found = [count_known(row, known) for row in rows]
    most = max(found, default=0)
    return found.index(most) if most else None


def width_of(filled: Sequence[int]) -> int:
    """How many cells the rows of a table fill, by the second widest: a single one that is wider is wrong itself."""
    return sorted(filled)[-2] if len(filled) > 2 else max(filled, default=0)
