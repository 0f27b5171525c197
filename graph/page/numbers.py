"""Numbers that a page can show: one that is none, NaN or infinite, is missing."""

import math
from typing import Any


def finite(value: Any) -> Any:
    """The value; None in place of each number in it, however deep, that is not finite."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: finite(inner) for name, inner in value.items()}
    return [finite(inner) for inner in value] if isinstance(value, list) else value
