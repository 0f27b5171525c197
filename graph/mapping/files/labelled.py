"""Lists of labels and values, such as the metadata of a IIIF manifest: the values that stand under a label."""

from collections.abc import Iterator, Mapping
from typing import Any

FIRST = ("en", "none", "@none")  # languages, in the order in which values are taken


def is_labelled(value: Any) -> bool:
    """Whether a value is such a list; a label may stand there without a value."""
    return (
        isinstance(value, list)
        and all(isinstance(pair, Mapping) and "label" in pair for pair in value)
        and any("value" in pair for pair in value)
    )


def values_of(pairs: list[Mapping[str, Any]], label: str) -> list[str]:
    """The values under a label in any language; of values in several languages those of the best one."""
    return [
        text for pair in pairs if label in (said for _, said in _texts(pair["label"]))
        for text in _best(pair.get("value"))
    ]  # fmt: skip


def labels_of(pairs: list[Mapping[str, Any]]) -> list[str]:
    """What each label is called in its best language."""
    return [labels[0] for pair in pairs if (labels := _best(pair["label"]))]


def _best(value: Any) -> list[str]:
    texts = [*_texts(value)]
    there = dict.fromkeys(language for language, _ in texts)
    chosen = next((language for language in (*FIRST, *there) if language in there), None)
    return [text for language, text in texts if language == chosen]


def _texts(value: Any, language: str = "none") -> Iterator[tuple[str, str]]:
    """(language, text) of a text, a list, ``{"@value": …, "@language": …}`` or ``{"en": […]}``."""
    if isinstance(value, str):
        if value.strip():
            yield language, value.strip()
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, language)
    elif isinstance(value, Mapping) and "@value" in value:
        yield from _texts(value["@value"], str(value.get("@language") or "none"))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, str(name))
