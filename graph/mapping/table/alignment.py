"""Which values of a row's columns belong together: those of one element of a list, at every level of lists."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeAlias

from base.errors import InputError
from graph.mapping.files.paths import Cell, Listed, Place, Step

Value: TypeAlias = tuple[Place, str | None]
Columns: TypeAlias = Mapping[str, Sequence[Value]]


class UnequalLists(InputError):
    """Lists of one row that belong together and differ in length."""


def align(
    columns: Columns, keys: Sequence[Collection[str]], loose: Collection[str], written: Mapping[str, str | None]
) -> Iterator[dict[str, Cell]]:
    """Rows of what belongs together, one for each element that a key names.

    keys: columns that name something, the best first: those with a value say how many there are.
    loose: columns whose single value holds for all, or whose values all hold for a single one.
    written: the cells, as a message shows them.

    Of lists that share an element of a list outside, values belong to that element, and several of a column that is no
    key stay together. Other lists are zipped; a value outside of lists is a list of one. Raises UnequalLists.
    """
    whole = {
        column: [(place or (Step(column, 0, 1),), text) for place, text in values] for column, values in columns.items()
    }
    yield from _zip(whole, keys, loose, written)


def _zip(
    columns: Columns, keys: Sequence[Collection[str]], free: Collection[str], written: Mapping[str, str | None]
) -> Iterator[dict[str, Cell]]:
    leading = next((key for key in keys if any(text for column in key for _, text in columns[column])), ())
    lengths = {column: values[0][0][0].of for column, values in columns.items() if values and values[0][0]}
    longest = max((column for column in leading if column in lengths), key=lengths.__getitem__, default=None)
    if longest is None:
        yield {column: _as_cell(values) for column, values in columns.items()}
        return
    length = lengths[longest]
    elements: list[dict[str, Sequence[Value]]] = [{} for _ in range(length)]
    for column, values in columns.items():
        count = lengths.get(column)
        if count is None or (count != length and length == 1 and column in free):
            parts = [values] * length
        elif count == length:
            parts = [[(place[1:], text) for place, text in values if place[0].at == at] for at in range(length)]
        elif count == 1 and column in free:
            parts = [[(place[1:], text) for place, text in values]] * length
        else:
            raise UnequalLists(_tell(sorted([(length, longest), (count, column)], reverse=True), written))
        for element, part in zip(elements, parts, strict=True):
            element[column] = part
    for element in elements:
        yield from _zip(element, keys, columns, written)


def _as_cell(values: Sequence[Value]) -> Cell:
    if len(values) == 1 and not values[0][0]:
        return values[0][1]
    return Listed(tuple(text for _, text in values), tuple(place for place, _ in values)) if values else None


def _tell(counted: Sequence[tuple[int, str]], written: Mapping[str, str | None]) -> str:
    (most, longer), (fewer, shorter) = counted
    return (
        f"{longer} holds {most} values and {shorter} {fewer} ({written[longer]!r}, {written[shorter]!r}): lists that "
        "belong together must be equally long"
    )
