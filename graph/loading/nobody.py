"""How catalogues write that nobody knows who it was, in seven languages."""

import re

_UNKNOWN = (
    r"unknown|unidentified|undetermined|unrecorded|not (?:known|recorded|identified)|unbekannt\w*|nicht bekannt|"
    r"inconnue?s?|non identifiée?|onbekende?|niet bekend|desconocid[oa]s?|sconosciut[oa]|ignot[oa]|necunoscut"
)
_NAMELESS = r"anonym\w*|anoniem\w*|anónim[oa]s?|anonim[oa]?|anon\b\.?"
_WHO = (
    r"artist|maker|author|creator|photographer|painter|sculptor|manufacturer|designer|artiste|auteur|fabricant|"
    r"künstler(?:in)?|maler(?:in)?|hersteller|kunstenaar|maker|schilder|artista|autore?|pintor|pittore"
)
# A name that begins so; or the kind of person, and then that it is not known.
NOBODY = (
    rf"(?i)^\W*(?:{_UNKNOWN}|{_NAMELESS})(?!\w)|^\W*(?:{_WHO})\W+(?:{_UNKNOWN}|{_NAMELESS})(?!\w)|"
    rf"^(?:[\w.]+\W+){{1,3}}(?:unknown|unbekannt|onbekend|inconnue?|desconocid[oa]|sconosciut[oa]|ignot[oa]|necunoscut)\W*$|"
    r"^\W*(?:n/a|none|n\. ?n\.?|various(?: artists| makers)?|verschiedene|divers)\W*$|"
    r"^\W*(?:non-portrait|multiple sitters)"
)
UNKNOWN = re.compile(NOBODY)
