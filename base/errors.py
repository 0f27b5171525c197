"""What is raised on purpose; each message is meant for a person."""

from collections.abc import Collection, Iterable


class PipelineError(Exception):
    """Something could not be done; the message is one sentence, with the way out."""


class InputError(PipelineError, ValueError):
    """Input, a setting, a checkpoint or a data set is wrong; the message says what, the value, and what is allowed."""


class UnwritableError(InputError):
    """A file cannot be written to its place, whatever it would hold."""


class FullDiskError(PipelineError):
    """There is no room left on a disk; what was begun goes on once there is."""


def first_line(error: Exception) -> str:
    """What another library's error says, short enough for a sentence of ours."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def shorten(values: list[str], most: int = 5) -> str:
    """The first few of many values and their count, for a message: ``a, b, c (3 in all)``."""
    shown = ", ".join(repr(v) for v in values[:most])
    return f"{shown}{', …' if len(values) > most else ''} ({len(values)} in all)"


def refuse_unknown_relations(wanted: Iterable[str], known: Collection[str], where: str = "the graph has") -> None:
    """Raise InputError that names the wanted relations which are not known, and all that are."""
    if unknown := sorted(set(wanted).difference(known)):
        raise InputError(f"there is no relation {', '.join(unknown)}; {where}: {', '.join(known)}")
