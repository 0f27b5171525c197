"""One text out of what a node of others has: a list of values, or texts with language tags."""

import re
from collections.abc import Sequence

# As neosemantics writes them: Gas@en, Benzin@de-AT.
_TAGGED = re.compile(r"(.*)@([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)", re.DOTALL)

Value = str | list[str | None] | None


def choose_text(value: Value, languages: Sequence[str], lists: str | None) -> str | None:
    """The value that an entity gets; None where there is none, or a list of which nobody said what to take.

    With `languages`: the first text in the first of them that there is, else the first without a tag, else the first;
    its tag is taken off. ``choose_text(["Gas@en", "Benzin@de"], ["de"], None)`` is Benzin.
    """
    if isinstance(value, list):
        texts = [text for text in value if text is not None]
        if not texts or not (languages or lists):
            return None
    else:
        texts = [] if value is None else [value]
    if not languages:
        return texts[0] if texts else None
    pairs = [_parts(text) for text in texts]
    for wanted in [*languages, ""]:
        for text, language in pairs:
            if language == wanted or (wanted and language.startswith(f"{wanted}-")):
                return text
    return pairs[0][0] if pairs else None


def _parts(text: str) -> tuple[str, str]:
    """A text and its language, "" for none."""
    match = _TAGGED.fullmatch(text)
    return (match[1], match[2]) if match else (text, "")
