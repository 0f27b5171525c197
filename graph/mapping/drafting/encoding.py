"""Which encoding a table that is not UTF-8 may have, guessed for a draft by the letters that it would hold."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from graph.mapping.files.parts import Part

LOOKED_AT = 4_000_000  # bytes of a file
# Small letters beside ASCII of the languages that are written in them: of the West, Central Europe, Turkey, the Baltic,
# in Cyrillic and in Greek.
WESTERN = (
    "äöüß",
    "àâæçéèêëîïôœùûüÿ",
    "áéíñóúü",
    "áâãàçéêíóôõú",
    "àèéìíîòóùú",
    "åäöé",
    "åæøé",
    "éèëïöüóáê",
    "áæðéíóöþúý",
)
CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţ", "äöüß")
TURKISH = ("çğıöşüâîûi",)
BALTIC = ("āčēģīķļņšūž", "ąčęėįšųūž", "äõöüšž")
CYRILLIC = ("абвгдежзийклмнопрстуфхцчшщъыьэюяё", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", "абвгдђежзијклљмнњопрстћуфхцчџш")
GREEK = ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",)
# By Windows, by standards, by older Macs and by DOS; the first goes before others that fit as well.
ENCODINGS: Mapping[str, tuple[str, ...]] = {
    "cp1252": WESTERN, "mac_roman": WESTERN, "cp850": WESTERN, "cp1250": CENTRAL, "iso8859_2": CENTRAL,
    "mac_latin2": CENTRAL, "cp852": CENTRAL, "cp1254": TURKISH, "cp1257": BALTIC, "cp1251": CYRILLIC,
    "koi8_r": CYRILLIC, "koi8_u": CYRILLIC, "cp866": CYRILLIC, "cp1253": GREEK, "cp869": GREEK,
}  # fmt: skip
# What all write beside letters, and word processors put in; but for the first two, not inside a word.
SIGNS = "’·‘“”„–—…«»°×½¼¾§©®€£²³•¡¿ºª№\xa0"
OWN, USUAL, ODD = 3, 1, -3  # of the language itself or between words, of another beside it, of none


def guess_encoding(parts: Iterable[Part]) -> str:
    """The encoding by which most of the signs beside ASCII are letters of one language, at usual places."""
    contents = [_read(part) for part in parts]
    foreign = b"\n".join(content for content in contents if not _is_utf8(content))
    return max(ENCODINGS, key=lambda encoding: _rate(foreign, encoding))


def _read(part: Part) -> bytes:
    with part.opened() as stream:
        return stream.read(LOOKED_AT)


def _is_utf8(content: bytes) -> bool:
    try:
        # What was looked at may end inside a character.
        content[:-4].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _rate(content: bytes, encoding: str) -> int:
    """How well the signs beside ASCII fit the language that they fit best."""
    usual: Counter[str] = Counter()
    odd = 0
    alphabets = ENCODINGS[encoding]
    letters = "".join(alphabets)
    apart = alphabets in (CYRILLIC, GREEK)
    text = f" {content.decode(encoding, errors='replace')} "
    for found in re.finditer(r"(?=(.)([^\x00-\x7f])(.))", text, re.DOTALL):
        before, sign, after = found.groups()
        if _fits(before, sign, after, letters, apart):
            usual[sign.lower()[0]] += 1
        else:
            odd += 1
    return odd * ODD + max(
        sum(count * (OWN if sign in alphabet or sign in SIGNS else USUAL) for sign, count in usual.items())
        for alphabet in alphabets
    )


def _fits(before: str, sign: str, after: str, letters: str, apart: bool) -> bool:
    """Whether a sign may stand there: no capital inside a word, as in ``MŸnchen``, and no ³ as in ``Wa³êsa``.

    apart: letters are of a script that shares no word with the Latin one.
    """
    if sign in SIGNS:
        return sign in SIGNS[:2] or not (before.isalpha() and after.isalpha())
    if sign.isupper() and (before.islower() or (before.isupper() and after.islower())):
        return False
    if apart and any(beside.isascii() and beside.isalpha() for beside in (before, after)):
        return False
    return sign.lower()[0] in letters
