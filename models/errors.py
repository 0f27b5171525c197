"""What this package raises on purpose; each message is meant for a person."""

from collections.abc import Collection, Iterable


class InputError(ValueError):
    """A hyperparameter, checkpoint or data set is wrong; the message says what is allowed."""


def first_line(error: Exception) -> str:
    """What another library's error says, short enough for a sentence of ours."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def refuse_unknown_relations(wanted: Iterable[str], known: Collection[str], where: str = "the graph has") -> None:
    """Raise InputError that names the wanted relations which are not known, and all that are."""
    if unknown := sorted(set(wanted).difference(known)):
        raise InputError(f"there is no relation {', '.join(unknown)}; {where}: {', '.join(known)}")
