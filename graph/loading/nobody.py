"""How catalogues write that nobody knows who it was, in the languages of Europe's museums."""

import re

_UNKNOWN = (
    r"unknown|unidentified|undetermined|unrecorded|not (?:known|recorded|identified)|unbekannt\w*|nicht bekannt|"
    r"nicht identifiziert|inconnue?s?|non identifi(?:ée?|cat[oa])|onbekende?|niet bekend|desconocid[oa]s?|"
    r"no identificad[oa]|desconhecid[oa]s?|sconosciut[oa]|ignot[oa]|necunoscut|ubekendt|ukjent|okänd|tuntematon|"
    r"nieznany|neznám[ýy]|ismeretlen|неизвест\w+"
)
_NAMELESS = (
    r"anonym\w*|anoniem\w*|anónim[oa]s?|anônim[oa]s?|anonim[oa]?|anon\b\.?|sans auteur|"
    r"sin autor|senza autore|ohne autor"
)
_WHO = (
    r"artist|maker|author|creator|photographer|painter|sculptor|manufacturer|designer|engraver|printmaker|master|artiste|"
    r"auteur|fabricant|peintre|graveur|photographe|sculpteur|maître|künstler(?:in)?|maler(?:in)?|hersteller|fotograf(?:in)?|meister|"
    r"bildhauer|stecher|kunstenaar|schilder|tekenaar|fotograaf|meester|artista|autore?|pintor|fotógrafo|escultor|grabador|"
    r"pittore|fotografo|scultore|incisore|maestro"
)
# A name that begins so; or the kind of person, and then that it is not known.
NOBODY = (
    rf"(?i)^\W*(?:{_UNKNOWN}|{_NAMELESS})(?!\w)|^\W*(?:{_WHO})\W+(?:{_UNKNOWN}|{_NAMELESS})(?!\w)|"
    rf"^(?:[\w.]+\W+){{1,3}}(?:unknown|unidentified|unbekannt|onbekend|inconnue?|desconocid[oa]|desconhecid[oa]|"
    r"sconosciut[oa]|ignot[oa]|necunoscut|anonyme|anónimo|anonimo|anoniem)\W*$|"
    r"^\W*(?:n/a|none|n\. ?n\.?|various(?: artists| makers)?|verschiedene|divers)\W*$|"
    r"^\W*(?:non-portrait|multiple sitters)"
)
UNKNOWN = re.compile(NOBODY)
