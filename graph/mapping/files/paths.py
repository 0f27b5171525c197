"""What a path leads to in a record, such as ``makers.*.name``, and in which elements of lists each value stands."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from graph.loading.names import bare
from graph.mapping.files.conditions import holds, is_condition, read_condition, walks
from graph.mapping.files.labelled import is_labelled, values_of
from graph.mapping.files.numbers import write_double

PARENT = "@parent"  # of a record inside another one: that one
OUTERMOST = "@outermost"  # of a record that is in no other one, where some are: its element's name
POSITION = "@position"  # of a record where some are inside others: 1.2 is the second in the first

TOGETHER = "+"  # the last step of a path: all values as one text


class Step(NamedTuple):
    """An element of a list: the list's path, the element's position, and how many elements there are."""

    path: str
    at: int
    of: int


Place: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """Several values of one cell, None where there is a gap.

    places: of each value the elements that it stands in, from the outermost list on; () for one outside of lists.
    """

    texts: tuple[str | None, ...]
    places: tuple[Place, ...]


# A cell: None where there is nothing, a text, or several.
Cell: TypeAlias = "str | Listed | None"


def follow(value: Any, steps: Sequence[str], place: Place = (), walked: Sequence[str] = ()) -> list[tuple[Place, Any]]:
    """The values with their places. A list is gone through by `*`, of some elements by a condition, or where a name
    does not fit it; a missing end is None. In lists of labels and values a name is a label. `+` joins what is reached.

    place, walked: how the value was reached.
    """
    for at, step in enumerate(steps):
        names = [*walked, *(name for name in steps[:at] if name != "*")]
        if is_condition(step):
            chosen = [one for one in (value if isinstance(value, list) else [value]) if _fits(one, step)]
            if list(steps[at + 1 :]) == [TOGETHER]:
                return [(place, _join(chosen))]
            return [
                found
                for element, inner in _number(chosen, place, [*names, step])
                for found in follow(inner, steps[at + 1 :], element, [*names, step])
            ]  # fmt: skip
        if is_labelled(value) and step not in ("*", "label", "value"):
            return _number(values_of(value, ".".join(steps[at:])), place, [*names, *steps[at:]])
        if list(steps[at:]) == [TOGETHER] and not (isinstance(value, dict) and TOGETHER in value):
            return [(place, _join(value if isinstance(value, list) else [value]))]
        if isinstance(value, list):
            rest = steps[at + 1 :] if step == "*" else steps[at:]
            return [
                found
                for element, inner in _number(value, place, names)
                for found in follow(inner, rest, element, names)
            ]  # fmt: skip
        if step == "*":
            if value is None:
                return []
            # One value where others have a list, as XML gives it.
            place = (*place, Step(".".join(names), 0, 1))
            continue
        whole, value = value, value.get(step) if isinstance(value, dict) else None
        if isinstance(whole, dict) and not isinstance(value, dict | list):
            # A name in a record may hold a point itself, as creator.role does.
            for end in range(len(steps), at + 1, -1):
                if (name := ".".join(steps[at:end])) in whole:
                    return follow(whole[name], steps[end:], place, [*names, name])
        if value is None and walks(steps[at + 1 :]):
            return []
    if isinstance(value, dict) and "#text" in value:
        value = value["#text"]
    if isinstance(value, list):
        return _number(value, place, [*walked, *(name for name in steps if name != "*")])
    return [(place, value)]


def _join(values: Sequence[Any]) -> str | None:
    """Values as one text; what holds other values is none."""
    ends = [end for _, end in follow([*values], ["*"])]
    return " ".join(text for end in ends if not isinstance(end, dict | list) and (text := as_text(end))) or None


def _fits(element: Any, condition: str) -> bool:
    """Whether an element has a value that a condition wants; what holds other values is none."""
    if element is None:
        return False
    steps, wanted = read_condition(condition)
    ends = [end for _, end in follow(element, steps) if not isinstance(end, list | bytes)]
    return holds([text for end in ends if not isinstance(end, dict) and (text := as_text(end))], wanted)


def _number(values: Sequence[Any], place: Place, names: Sequence[str]) -> list[tuple[Place, Any]]:
    path = ".".join(names)
    return [((*place, Step(path, number, len(values))), value) for number, value in enumerate(values)]


def paths_of(value: Any) -> Iterable[str]:
    """All paths from a value to single ones, with `*` through lists."""
    if isinstance(value, dict):
        for key, inner in value.items():
            for path in paths_of(inner) if key not in (PARENT, OUTERMOST, POSITION) else ():
                yield key if path in ("", "#text") else f"{key}.{path}"
    elif isinstance(value, list):
        for path in dict.fromkeys(path for inner in value for path in paths_of(inner)):
            yield f"*.{path}" if path else "*"
    elif value is not None:
        yield ""


def agree(paths: Iterable[str]) -> list[str]:
    """The paths of many records, each once: what is a list in some of them is gone through by `*` in all."""
    found = [[*_stars(path)] for path in dict.fromkeys(paths)]
    most: dict[tuple[str, ...], int] = {}
    for names in found:
        for end in range(1, len(names) + 1):
            walked = tuple(name for name, _ in names[:end])
            most[walked] = max(most.get(walked, 0), names[end - 1][1])
    whole = dict.fromkeys(tuple(name for name, _ in names) for names in found)
    return [
        ".".join(part for end in range(1, len(names) + 1) for part in [names[end - 1], *"*" * most[names[:end]]])
        for names in whole
    ]


def _stars(path: str) -> Iterable[tuple[str, int]]:
    """The names of a path, each with how many `*` follow it."""
    for part in re.findall(r"[^.]+(?:\.\*)*", path):
        yield part.replace(".*", ""), part.count(".*")


def as_text(value: Any) -> str | None:
    """A single value as it would be written; None for nothing. Raises TypeError for lists and objects."""
    if value is None:
        return None
    if isinstance(value, str):
        return bare(value) or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return write_double(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict) and "#text" in value:
        return as_text(value["#text"])
    if hasattr(value, "isoformat"):
        written: str = value.isoformat()
        return written.removesuffix("T00:00:00")
    if isinstance(value, dict | list | bytes):
        raise TypeError(f"{type(value).__name__} is not a single value")
    return str(value)
