"""Conditions in paths: ``datafield[@tag=245]`` is of the elements of a list those whose ``@tag`` is 245."""

import re
from collections.abc import Collection, Sequence
from functools import cache

CONDITION = re.compile(r"""\[([^\[\]=]+)=("[^"]*"|'[^']*'|[^\[\]]*)\]""")


def split_path(written: str) -> list[str]:
    """The steps of a path; a condition is a step of its own, in its brackets."""
    steps: list[str] = []
    rest = written
    while condition := CONDITION.search(rest):
        steps += [*_split(rest[: condition.start()]), condition[0]]
        rest = rest[condition.end() :].removeprefix(".")
    return [*steps, *_split(rest)]


def _split(written: str) -> list[str]:
    return written.split(".") if written else []


def is_condition(step: str) -> bool:
    return step.startswith("[") and CONDITION.fullmatch(step) is not None


def walks(steps: Sequence[str]) -> bool:
    """Whether steps go through the elements of a list."""
    return any(step == "*" or is_condition(step) for step in steps)


@cache
def read_condition(step: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The path in an element and the values of which it must have one; none where it must have no value."""
    found = CONDITION.fullmatch(step)
    assert found is not None
    value = found[2].strip()
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    values = [value[1:-1]] if quoted else [part.strip() for part in value.split("|")]
    return tuple(split_path(found[1].strip())), frozenset(filter(None, values))


def holds(values: Collection[str], wanted: Collection[str]) -> bool:
    """Whether an element with these values is one of those."""
    return any(value in wanted for value in values) if wanted else not values
