"""What one kind of source is: a specification in the mapping file that yields entities and facts in chunks."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict

MOST_PLACES = 3
MOST_KINDS = 12
# A column of entities: whether a row of the source is about it, or it was only named as the end of a fact.
OWN = "_own"
SAID = "_said"  # ends the property that keeps what a relation left out


@dataclass(frozen=True)
class Chunk:
    """A part of what a source says, in any size.

    entities: columns id and label, and those of name, text, image, url, rights and further properties that there are;
        text, with None or NaN where a value is missing. An id may come again, here or in another chunk: of each column
        the first value that is there is taken. label is None where only another part of the source knows it.
    facts: columns head, relation, tail and, where the source gives it, split and further properties. A fact may come
        again. Each end is an entity of some chunk.
    said: (entity, relation, text) of what names no entity, as "unknown artist": kept as the property
        ``<relation>_said``.

    Entities may have the column OWN; one that is False throughout goes where its last fact does.
    """

    entities: pd.DataFrame
    facts: pd.DataFrame
    said: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Tally:
    """What was seen while reading and is no part of the graph, for the report of a run.

    left_out: (where, why) -> how often; kinds: of each how often by a value, where one tells them apart;
    places: the first places of each, such as ``objects.csv line 7: 'x'``.
    nobodies: id -> name of what stands in a list of persons and is none, as "Unidentified Artist".
    notes: sentences that a person should know. scratch: a folder for what does not fit memory while
    it is read; None: the system's for temporary files.
    """

    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    kinds: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    places: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    nobodies: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    scratch: Path | None = None

    def leave_out(self, where: str, why: str, place: str = "", count: int = 1, kind: str = "") -> None:
        """Count what did not become an entity or a fact. where: a relation or a label; why: a reason, the same words
        for the same reason; kind: a value that divides it, such as a role."""
        self.left_out[where, why] += count
        if kind:
            self.kinds.setdefault((where, why), Counter())[kind] += count
        shown = self.places.setdefault((where, why), [])
        if place and len(shown) < MOST_PLACES:
            shown.append(place)

    def tell(self) -> list[str]:
        """A sentence for each reason, the most frequent first, then the notes."""
        lines = []
        for (where, why), count in self.left_out.most_common():
            shown = self.places[where, why]
            places = f" ({'; '.join(shown)}{'; …' if count > len(shown) else ''})" if shown else ""
            kinds = self.kinds.get((where, why), Counter()).most_common()
            divided = ", ".join(f"{kind!r} {times:,}" for kind, times in kinds[:MOST_KINDS])
            more = f", … {len(kinds):,} in all" if len(kinds) > MOST_KINDS else ""
            lines.append(f"{where}: {count:,} left out, {why}{': ' + divided + more if kinds else places}")
        return [*lines, *dict.fromkeys(self.notes)]


class SourceKind(BaseModel, ABC):
    """One entry of a mapping file, such as a [[table]]: what it says is its fields, how it is read is its method.

    A new kind is a subclass in a file of its own and a line in SOURCES.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    def identifiers(self) -> list[str]:
        """Properties of its entities by which other sources may have the same thing, such as `ulan`."""
        return []

    @abstractmethod
    def read(self, folder: Path, tally: Tally) -> Iterator[Chunk]:
        """All of what the entry describes; paths in it are meant from `folder`.

        Raises InputError, with the file and the line, for what cannot be read or cannot be meant.
        """
