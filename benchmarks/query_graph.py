"""A made collection of any size: works, their makers, museums and subjects, with links, decisions, doubts and notes.

What one entity has does not grow with the collection, but for one museum that owns a tenth of the works: what a
question costs at two sizes then tells whether it reads more than it shows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import numpy as np
import numpy.typing as npt
import pandas as pd

from graph import vectors
from graph.connection import Database
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.curation.notes import write_note
from graph.link_key import link_key
from graph.page.audit import DISPLACED
from graph.page.review_queue import Filters
from graph.page.saved_queues import save_queue
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model
from graph.predicted.unlikely_facts import publish_doubts

RELATIONS = ("isCreatedByArtist", "hasStyle", "isLocatedIn", "depicts")
MODEL = "made"
PREDICTED = ("isCreatedByArtist", "hasStyle", "depicts")
SHAPES = (
    "Portrait of",
    "View of",
    "Study for",
    "Still life with",
    "Landscape near",
    "Legend of",
    "Return to",
    "Head of",
)
DIMENSION = 32
TOLD_OF_EACH = 20  # links that cite one rule, decisions of one batch
FACTS_OF_A_WORK = 6
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Collection:
    """The ids of a made collection by kind; the first museum owns a tenth of the works.

    facts: rows of head, relation, tail. pictured: how many works, the first ones, have a picture.
    """

    works: list[str]
    artists: list[str]
    museums: list[str]
    styles: list[str]
    subjects: list[str]
    facts: pd.DataFrame
    names: list[str]
    pictured: int

    @property
    def ids(self) -> list[str]:
        return [*self.works, *self.artists, *self.museums, *self.styles, *self.subjects]


def make(entities: int, facts: int, pictured: float = 0.1) -> Collection:
    """A collection of about so many entities and facts; a share of the works has pictures."""
    draw = np.random.default_rng(0)
    sizes = [entities // 20, max(entities // 2000, 2), max(entities // 1000, 2), max(entities // 8, 20)]
    sizes.insert(0, entities - sum(sizes))
    ids = np.char.mod("Q%d", draw.permutation(entities))
    works, artists, museums, styles, subjects = (list(part) for part in np.split(ids, np.cumsum(sizes)[:-1]))
    n = len(works)
    museum = np.where(draw.random(n) < 0.1, 0, draw.integers(len(museums), size=n))
    second = np.flatnonzero(draw.random(n) < 0.1)  # works of two artists
    styled = np.flatnonzero(draw.random(n) < 0.8)
    left = max(facts - 2 * n - len(second) - len(styled), 0)
    columns = [
        (np.arange(n), 0, artists, draw.integers(len(artists), size=n)),
        (second, 0, artists, draw.integers(len(artists), size=len(second))),
        (styled, 1, styles, draw.integers(len(styles), size=len(styled))),
        (np.arange(n), 2, museums, museum),
        (draw.integers(n, size=left), 3, subjects, draw.integers(len(subjects), size=left)),
    ]
    frames = [
        pd.DataFrame({"head": np.array(works)[heads], "relation": RELATIONS[relation], "tail": np.array(tails)[chosen]})
        for heads, relation, tails, chosen in columns
    ]
    recorded = pd.concat(frames, ignore_index=True).drop_duplicates(ignore_index=True)
    names = _names(draw, len(ids), n)
    return Collection(works, artists, museums, styles, subjects, recorded, names, int(n * pictured))


def _names(draw: np.random.Generator, count: int, works: int) -> list[str]:
    """Three words each, few of which are frequent; every second work is called like the one before."""
    syllables = ("ba", "do", "fi", "gre", "ka", "lu", "mo", "ni", "ro", "sa", "te", "vi")
    known = [a + b + c for a in syllables for b in syllables for c in syllables]
    words = np.minimum(draw.zipf(1.3, size=(count, 2)) - 1, len(known) - 1)
    shapes = draw.integers(len(SHAPES), size=count)
    said = [f"{known[a].title()} {known[b].title()}" for a, b in words]
    for i in range(works):
        said[i] = f"{SHAPES[shapes[i]]} {said[i]}" if i % 2 == 0 else said[i - 1]
    return said


def write_folder(made: Collection, folder: Path) -> None:
    """The entities and facts as a folder that `vlkge ingest` takes."""
    folder.mkdir(parents=True)
    kinds = {"Artwork": made.works, "Artist": made.artists, "Museum": made.museums, "Style": made.styles}
    labels = [label for label, ids in kinds.items() for _ in ids]
    labels += ["Concept"] * len(made.subjects)
    numbers = np.arange(len(labels))
    columns = {
        "id": made.ids,
        "label": labels,
        "name": made.names,
        "text": np.char.mod("A made thing of no importance, number %d.", numbers),
        "inventory": np.char.mod("INV.%d", numbers),
        "year": 1800 + numbers % 100,
    }
    pd.DataFrame(columns).to_parquet(folder / "entities.parquet")
    made.facts.to_parquet(folder / "triples.parquet")


def fill(database: Database, made: Collection, links: int) -> None:
    """Put vectors, about so many links, decisions about a fiftieth of them, doubts and notes into the graph."""
    _write_vectors(database, made)
    register_model(database, MODEL, "distmult", {}, {}, "", {})
    table = make_links(made, links)
    publish(database, table, model_version=MODEL, functional=["isCreatedByArtist"])
    # A second run of one relation, so that its links have moved.
    again = table[table["relation"] == PREDICTED[0]]
    publish(database, again.assign(probability=again["probability"] * 0.7), model_version=MODEL)
    _decide(database, table)
    publish_doubts(database, _doubts(made, links // 50), model_version=MODEL, relations=[RELATIONS[0]])
    for i, link in enumerate(_ends(table.head(20))):
        write_note(database, f"note-{i}", "comment", link, "Look again.", by="ana")
    save_queue(database, "queue-1", "Styles", Filters(relation=PREDICTED[1]), by="ana")


def _write_vectors(database: Database, made: Collection) -> None:
    """Vectors of the pictured works: each is near the one before, of which it has the name."""
    ids = made.works[: made.pictured]
    draw = np.random.default_rng(1)
    pairs = np.repeat(draw.normal(size=((len(ids) + 1) // 2, DIMENSION)), 2, axis=0)[: len(ids)]
    values = (pairs + 0.05 * draw.normal(size=pairs.shape)).astype("float32")
    encoder = vectors.Encoder("made", "0", DIMENSION)
    for modality in vectors.MODALITIES:
        vectors.activate(database, modality, encoder, wait=False)
        vectors.write(database, modality, ids, values, [encoder.digest_of(id_) for id_ in ids])
        vectors.activate(database, modality, encoder)


def make_links(made: Collection, links: int) -> pd.DataFrame:
    """About so many links of three relations, none a fact; every second probability is one of eleven."""
    draw = np.random.default_rng(2)
    tails = {PREDICTED[0]: made.artists, PREDICTED[1]: made.styles, PREDICTED[2]: made.subjects}
    parts = []
    for relation in PREDICTED:
        size = links // len(PREDICTED)
        probability = draw.random(size)
        probability[::2] = probability[::2].round(1)
        number = np.arange(size) // TOLD_OF_EACH
        part = {
            "head": np.array(made.works)[draw.integers(len(made.works), size=size)],
            "relation": relation,
            "tail": np.array(tails[relation])[draw.integers(len(tails[relation]), size=size)],
            "score": draw.normal(size=size),
            "rank": draw.integers(1, 10, size=size),
            "probability": probability,
            "rule_key": np.char.mod(f'["{relation}","?","hasStyle","%d"]', number),
            "rule": np.char.mod("Works in style %d.", number),
            "rule_support": 10 + number % 90,
            "rule_of": 100,
            "rule_confidence": (10 + number % 90) / 100,
        }
        parts.append(pd.DataFrame(part))
    table = pd.concat(parts, ignore_index=True).drop_duplicates(["head", "relation", "tail"])
    known = made.facts.merge(table[["head", "relation", "tail"]], how="inner")
    keys = set(zip(known["head"], known["relation"], known["tail"], strict=True))
    new = [row not in keys for row in zip(table["head"], table["relation"], table["tail"], strict=True)]
    return table[new].reset_index(drop=True)


def _decide(database: Database, links: pd.DataFrame) -> None:
    """Two people decide every fiftieth link, a batch after another; some rejections came with another answer."""
    rows = _ends(links.iloc[::50])
    for batch in range(0, len(rows), TOLD_OF_EACH):
        displaced = batch % (50 * TOLD_OF_EACH) == 0
        choices = list(_choices(rows[batch : batch + TOLD_OF_EACH], displaced))
        decide(
            database,
            choices,
            by=("ana", "ben")[batch // TOLD_OF_EACH % 2],
            queue=("review", "audit")[batch // TOLD_OF_EACH % 2],
            batch=f"card-{batch}" if displaced else f"batch-{batch}",
            force=True,
            any_kinds=True,
        )


def _ends(links: pd.DataFrame) -> list[tuple[str, str, str]]:
    return list(zip(*(links[name].astype(str) for name in ("head", "relation", "tail")), strict=True))


def _choices(rows: list[tuple[str, str, str]], displaced: bool) -> Iterator[Choice]:
    for i, (head, relation, tail) in enumerate(rows):
        id_ = str(uuid5(NAMESPACE_OID, link_key(head, relation, tail)))
        accepted = i % 2 == 0 and not displaced
        yield Choice(
            id=id_,
            head=head,
            relation=relation,
            tail=tail,
            verdict="accepted" if accepted else "rejected",
            reason=DISPLACED if displaced else None,
        )


def _doubts(made: Collection, count: int) -> pd.DataFrame:
    recorded = made.facts[made.facts["relation"] == RELATIONS[0]].head(count)
    return recorded[["head", "relation", "tail"]].assign(
        likelier=np.linspace(0, 1, len(recorded)),
        share=0.01,
        rank=2,
        candidates=3,
        other=made.artists[0],
        other_share=0.9,
    )
