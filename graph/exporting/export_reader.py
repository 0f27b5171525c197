"""Reads entities, facts and vectors page by page, as lists that the server collects.

One record per row over Bolt costs more than reading the row; a page is therefore a few
records with long lists, and no more than one page of text is held at a time.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np
import numpy.typing as npt

from base.errors import InputError, PipelineError, shorten
from base.progress import Progress, silent
from cypher.prefix import own
from graph.connection import Database, Row, batches
from graph.splits import SPLITS
from graph.transactions import read_columns, read_pages

ENTITIES_PER_PAGE = 20_000
FACTS_PER_PAGE = 200_000
VECTORS_PER_PAGE = 2_000

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Entities:
    """Entities in order of type, then id; a position in these lists is an entity's index. rights: "" where none."""

    types: list[str]
    ids: list[str]
    names: list[str]
    held_out: list[bool]
    rights: list[str]


@dataclass(frozen=True)
class Facts:
    """Facts as four aligned arrays [m]: indices of head and tail, of the relation, and of the split."""

    relations: list[str]
    head: Indices
    relation: Indices
    tail: Indices
    split: Indices


def read_entities(database: Database, ids: Collection[str] | None = None) -> Entities:
    """All entities, or those with the given ids. Raises InputError for an entity without an id."""
    pages = _page_entities(database) if ids is None else _find_entities(database, sorted(ids))
    found: list[tuple[str, str, str, bool, str]] = []
    for row in pages:
        held_out = map(bool, row["held_out"])
        found.extend(zip(repeat(row["kind"]), row["ids"], row["names"], held_out, row["rights"], strict=False))
    if ids is None:
        _check_identified(database)
    found.sort()
    return Entities(*(list(column) for column in zip(*found, strict=True))) if found else Entities([], [], [], [], [])


def read_facts(
    database: Database,
    ids: list[str],
    relations: Sequence[str] | None = None,
    progress: Progress = silent,
) -> Facts:
    """The facts whose two ends are among `ids`, indexed by position there, each once.

    Raises PipelineError for a fact whose split is none of train, val and test.
    """
    index = {id_: position for position, id_ in enumerate(ids)}
    names: dict[str, int] = {}
    pages = [np.zeros((4, 0), dtype=np.int64)]
    for first, row in _page_facts(database, ids, relations, progress):
        if row["split"] not in SPLITS:
            raise PipelineError(f"a fact of {row['relation']!r} has the split {row['split']!r}; allowed are: {SPLITS}")
        page = np.empty((4, len(row["heads"])), dtype=np.int64)
        page[0] = np.array(row["heads"], dtype=np.int64) + first
        page[1] = names.setdefault(row["relation"], len(names))
        page[2] = np.fromiter(map(index.get, row["tails"], repeat(-1)), dtype=np.int64, count=page.shape[1])
        page[3] = SPLITS.index(row["split"])
        pages.append(page[:, page[2] >= 0])
    return _order_facts(list(names), np.concatenate(pages, axis=1))


def facts_leaving(database: Database, heads: Sequence[str], relations: Sequence[str]) -> list[tuple[str, str, str]]:
    """The facts (head, relation, tail: ids) of these relations that leave a few entities now."""
    return [
        (heads[position], row["relation"], tail)
        for row in database.read("export/page_facts", heads=list(heads), relations=list(relations))
        for position, tail in zip(row["heads"], row["tails"], strict=True)
    ]


def _page_facts(
    database: Database, ids: list[str], relations: Sequence[str] | None, progress: Progress
) -> Iterator[tuple[int, Row]]:
    """Rows of facts with the index of the page's first head.

    How many facts a page holds shows only when it is there: the next that is asked for takes as many heads as would
    have given FACTS_PER_PAGE, at most twice as many as this one.
    """
    chosen = None if relations is None else list(relations)
    size, asked = min(1_000, ENTITIES_PER_PAGE), [0]

    def pages() -> Iterator[dict[str, object]]:
        while asked[-1] < len(ids):
            heads = ids[asked[-1] : asked[-1] + size]
            asked.append(asked[-1] + len(heads))
            yield {"heads": heads, "relations": chosen}

    for number, rows in enumerate(read_pages(database, "export/page_facts", pages())):
        first, last = asked[number], asked[number + 1]
        for row in rows:
            yield first, row
        facts, heads = sum(len(row["heads"]) for row in rows), last - first
        size = max(1, min(ENTITIES_PER_PAGE, 2 * heads, heads * FACTS_PER_PAGE // max(1, facts)))
        progress(last, len(ids), "facts")


def _order_facts(names: list[str], facts: Indices) -> Facts:
    """Facts [4, m] sorted by relation name, head and tail; one recorded twice in parallel is one fact."""
    relations = sorted(names)
    head, relation, tail, split = facts
    relation = np.array([relations.index(name) for name in names], dtype=np.int64)[relation]
    order = np.lexsort((split, tail, head, relation))
    ordered = np.stack([head, relation, tail, split])[:, order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.any(np.diff(ordered[:3], axis=1) != 0, axis=0)
    return Facts(relations, *ordered[:, first])


def read_vectors(
    database: Database, modality: str, ids: list[str], dimension: int, progress: Progress = silent
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Vectors of the entities `ids`, float32 [n, dimension] with zeros where missing, and which have one, bool [n].

    Raises PipelineError where a vector has another dimension than its encoder.
    """
    index = {id_: position for position, id_ in enumerate(ids)}
    vectors = np.zeros((len(ids), dimension), dtype=np.float32)
    present = np.zeros(len(ids), dtype=bool)
    pages = ({"ids": page, "property": own(modality)} for page in batches(ids, VECTORS_PER_PAGE))
    for number, (row,) in enumerate(read_pages(database, "vectors/read_vectors", pages), start=1):
        wrong = [id_ for id_, vector in zip(row["ids"], row["vectors"], strict=True) if len(vector) != dimension]
        if wrong:
            raise PipelineError(
                f"vectors `{modality}` that are not of dimension {dimension}, which their encoder makes: "
                f"{shorten(wrong)}; encode again"
            )
        positions = [index[id_] for id_ in row["ids"]]
        flat = np.fromiter(chain.from_iterable(row["vectors"]), dtype=np.float32, count=len(positions) * dimension)
        vectors[positions] = flat.reshape(-1, dimension)
        present[positions] = True
        progress(min(number * VECTORS_PER_PAGE, len(ids)), len(ids), f"{modality} vectors")
    return vectors, present


def find_neighbourhood(
    database: Database, around: Sequence[str], hops: int, relations: Sequence[str] | None = None
) -> set[str]:
    """Ids of the entities at most `hops` facts away from `around`, whichever way the facts point."""
    reached, border = set(around), sorted(set(around))
    chosen = None if relations is None else list(relations)
    for _ in range(hops):
        found: set[str] = set()
        for page in batches(border, 1_000):
            (row,) = read_columns(database, "export/find_neighbours", ids=page, relations=chosen)
            found.update(row["ids"])
        border = sorted(found - reached)
        reached |= found
    return reached


def _page_entities(database: Database) -> Iterator[Row]:
    after = ""
    while rows := read_columns(database, "export/page_entities", after=after, limit=ENTITIES_PER_PAGE):
        yield from rows
        after = max(row["ids"][-1] for row in rows)


def _find_entities(database: Database, ids: list[str]) -> Iterator[Row]:
    for page in batches(ids, ENTITIES_PER_PAGE):
        yield from read_columns(database, "export/read_entities", ids=page)


def _check_identified(database: Database) -> None:
    (row,) = database.read("export/count_entities")
    if row["unidentified"]:
        raise InputError(
            f"{row['unidentified']} of {row['entities']} nodes labelled Entity have no id, or one that is "
            "no text; give them one, or take the label away"
        )
