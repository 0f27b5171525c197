"""Which end of a fact is asked for."""

from typing import Literal

Side = Literal["head", "tail"]

SIDES: tuple[Side, Side] = ("head", "tail")
