"""Pictures whose rights keep them off the page or out of encoding, by patterns that a museum writes."""

from base.errors import InputError


def pattern_of(given: str | None) -> str | None:
    """Patterns with ``*`` for anything, separated by semicolons, as one regular expression of the database.

    ``"In Copyright*; *all rights reserved*"``; upper and lower case are alike. None where nothing is given.

    Raises InputError for a pattern that fits every picture: then there would be none.
    """
    wanted = [part.strip() for part in (given or "").split(";") if part.strip()]
    if any(set(part) == {"*"} for part in wanted):
        raise InputError(f"the rights {given!r} fit every picture; name those that are meant, such as In Copyright*")
    if not wanted:
        return None
    return "(?is)" + "|".join(".*".join(_quoted(piece) for piece in part.split("*")) for part in wanted)


def _quoted(piece: str) -> str:
    return "\\Q" + piece.replace("\\E", "\\E\\\\E\\Q") + "\\E" if piece else ""
