"""What names a link, and its place in the random order of the audit."""

import hashlib
import json

_encode = json.encoder.encode_basestring


def link_key(head: str, relation: str, tail: str) -> str:
    """The `key` of a predicted link: the three as a JSON array, ``["Q1","hasStyle","Q2"]``.

    Without spaces, and with only quotes, backslashes and control characters escaped, so that any program can make
    it; two different links never share one, whatever characters their ids have.
    """
    return f"[{_encode(head)},{_encode(relation)},{_encode(tail)}]"


def ends_of(key: str) -> tuple[str, str, str] | None:
    """Head, relation and tail of a link's key; None where it is no such key."""
    try:
        head, relation, tail = json.loads(key, strict=False)
    except (ValueError, TypeError):
        return None
    return (head, relation, tail) if all(isinstance(part, str) for part in (head, relation, tail)) else None


def draw(key: str) -> float:
    """The place of a link in the random order of the audit, 0 to 1: the first 53 bits of the SHA-256 of its key."""
    return (int.from_bytes(hashlib.sha256(key.encode()).digest()[:7]) >> 3) / 2**53
