"""One name of several that a record has, as titles in languages: a guess by what stands beside them."""

import re
from collections.abc import Mapping

from graph.mapping.drafting.column_words import KINDS, plain
from graph.mapping.drafting.profile import Column

SPOKEN = re.compile(r"^(languages?|lang|locale|sprache|langue|idioma|lingua|taal|sprog)$")
PLAIN = re.compile(r"[^\[\]=|\"'.]+")  # a value that a condition can hold


def name_one(name: Column, columns: Mapping[str, Column]) -> str:
    """A path to the names of the most frequent language or kind, and to all of them where a row has none of it.

    ``titles.*.title`` is ``titles[language=dansk].title ?? titles.*.title``, if not all have one language.
    """
    above, star, last = name.name.rpartition("*.")
    beside = [column for column in columns.values() if star and column.name.rpartition(".")[0] == f"{above}*"]
    for words in (SPOKEN, KINDS):
        for column in beside:
            named = column.name.removeprefix(f"{above}*.")
            if column is name or not words.search(plain(named)) or not 0 < column.share < 1:
                continue
            if PLAIN.fullmatch(column.largest):
                return f"{above.rstrip('.')}[{named}={column.largest}].{last} ?? {name.name}"
    return name.name
