"""What this package raises on purpose; each message is meant for a person."""


class GraphError(Exception):
    """Something could not be done; the message is one sentence, with the way out."""


class InputError(GraphError):
    """The input is wrong; the message says what, the value, and what is allowed."""


def shorten(values: list[str], most: int = 5) -> str:
    """The first few of many values and their count, for a message: ``a, b, c (3 in all)``."""
    shown = ", ".join(repr(v) for v in values[:most])
    return f"{shown}{', …' if len(values) > most else ''} ({len(values)} in all)"
