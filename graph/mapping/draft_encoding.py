"""Which encoding a table that is not UTF-8 may have, guessed for a draft by the letters that it would hold."""

from collections.abc import Iterable

from graph.mapping.parts import Part

# Of Western Windows, of older Macs, and of DOS; the first goes before others that fit as well.
ENCODINGS = ("cp1252", "mac_roman", "cp850")
LOOKED_AT = 4_000_000  # bytes of a file
# What Western languages write beside ASCII: letters, and the signs that word processors put in.
USUAL = frozenset("äöüßéèêëàâáãçîïíìôóòõûùúñåøæœÿÄÖÜÉÈÊËÀÂÁÃÇÎÏÍÔÓÒÕÛÙÚÑÅØÆŒ’‘“”„–—…«»°×½¼¾§©®€£²³·•¡¿ºª\xa0")


def guess_encoding(parts: Iterable[Part]) -> str:
    """The encoding by which most of the signs beside ASCII are usual ones, at usual places."""
    contents = [_read(part) for part in parts]
    foreign = [content for content in contents if not _is_utf8(content)]
    return max(ENCODINGS, key=lambda encoding: _rate(b"\n".join(foreign), encoding))


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
    """How many signs beside ASCII are usual, less those that are not: unusual ones, those that the encoding lacks, and
    capitals inside words, as in ``MŸnchen``."""
    text = f" {content.decode(encoding, errors='replace')} "
    rate = 0
    for before, sign, after in zip(text, text[1:], text[2:], strict=False):
        if not sign.isascii():
            inside = sign.isupper() and (before.islower() or (before.isupper() and after.islower()))
            rate += 1 if sign in USUAL and not inside else -1
    return rate
