"""Lines of a table as values are added to it: lists that belong together stay equally long, conditions stay apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Line:
    """conditions: columns with one value for all of the line. values: of columns that belong together the lists.
    between: of each column what parts its values; None where a cell holds one."""

    conditions: dict[str, str] = field(default_factory=dict)
    values: dict[tuple[str, ...], dict[str, list[str]]] = field(default_factory=dict)
    between: dict[str, str | None] = field(default_factory=dict)

    def takes(self, values: Mapping[str, str], conditions: Mapping[str, str]) -> bool:
        """Whether the values can be added and mean the same as they do alone."""
        lists = {column: together for together in self.values for column in together}
        if any(lists.get(column, tuple(values)) != tuple(values) for column in values):
            return False
        if tuple(values) in self.values and any(self.between[column] is None for column in values):
            return False
        # A column that both know holds one value; of what is there already, the conditions are complete.
        return not self.values or self.conditions == conditions

    def add(self, values: Mapping[str, str], conditions: Mapping[str, str], between: str | None) -> None:
        self.conditions |= conditions
        lists = self.values.setdefault(tuple(values), {column: [] for column in values})
        for column, value in values.items():
            lists[column].append(value)
            self.between[column] = between

    def cells(self) -> dict[str, str]:
        """The line as it is written: a column without any value is empty."""
        cells = dict(self.conditions)
        for lists in self.values.values():
            for column, parts in lists.items():
                cells[column] = (self.between[column] or "").join(parts) if any(parts) else ""
        return cells


def add_to(lines: list[Line], values: Mapping[str, str], conditions: Mapping[str, str], between: str | None) -> None:
    """Add the values to the first line that takes them, or to a new one."""
    line = next((line for line in lines if line.takes(values, conditions)), None)
    if line is None:
        line = Line()
        lines.append(line)
    line.add(values, conditions, between)
