"""Rows of a table of vectors."""

import torch
from torch import Tensor


def rows_of(table: Tensor, rows: Tensor | None) -> Tensor:
    """`table` [N, W] at `rows` [n] (None: all); rows that follow one another, as of one label, are not copied."""
    if rows is None:
        return table
    if rows.device.type == "cpu" and len(rows) and int(rows[-1] - rows[0]) == len(rows) - 1:
        first = int(rows[0])
        if torch.equal(rows, torch.arange(first, first + len(rows))):
            return table[first : first + len(rows)]
    return table[rows]
