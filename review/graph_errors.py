"""What the graph's wing says to a curator, in the language of the page: the sentences that are known."""

import re
from functools import cache

from review.language import ENGLISH, N_, gettext, language
from review.words import word

# As the graph says them; a sentence that is not among them stays English.
SENTENCES = (
    N_("the choices name entities that are not in the graph: %(entities)s"),
    N_("the relation never joins such kinds: %(kinds)s; it can be forced"),
    N_("no fact and no prediction has the relation %(relation)s"),
    N_("%(key)s: it is %(verdict)s already, lastly by %(name)s; only an admin can decide otherwise"),
    N_("%(key)s: nothing stands that could be undone"),
    N_("%(key)s: this was decided by %(name)s; only they or an admin can take it back"),
    N_("decided by others meanwhile: %(links)s; look at the links again"),
    N_("the note is empty; say something in it"),
    N_("the note has %(count)s characters; at most %(most)s are allowed"),
    N_("there is no open note %(id)s by %(name)s; an admin can close others'"),
    N_("there is no open note %(id)s"),
    N_("there is no saved queue %(id)s by %(name)s; an admin can close others'"),
    N_("there is no saved queue %(id)s"),
    N_("the queue's name has %(count)s characters; it must have from 1 to %(most)s"),
    N_("the goal is %(goal)s decisions; it must be from 1 to %(most)s"),
    N_("%(relation)s requires no second opinion; those that do: %(relations)s"),
    N_("%(given)s is no time; it must be like 2026-11-29 or 2026-11-29T14:30"),
)
_PLACEHOLDER = re.compile(r"%\\\((\w+)\\\)s")


def translated(said: str) -> str | None:
    """The sentence in the language of the request; None where it is not known, or the language is English."""
    if language() == ENGLISH:
        return None
    for sentence, pattern in _patterns():
        if found := pattern.fullmatch(said):
            values = found.groupdict()
            return gettext(sentence, **{**values, "verdict": word(values.get("verdict"))})
    return None


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Each sentence with what finds its values in an error."""
    escaped = [(sentence, re.escape(sentence)) for sentence in SENTENCES]
    return [(sentence, re.compile(_PLACEHOLDER.sub(r"(?P<\1>.+)", text), re.DOTALL)) for sentence, text in escaped]
