"""Vectors of pictures and texts on the nodes: which are due, writing them, the encoder that is active.

One encoder is active per modality. Each vector keeps a digest of what it was made from, so that
only what changed is encoded again.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pandas as pd

from base.errors import InputError, shorten
from base.progress import Progress, silent
from cypher.prefix import own
from graph import owned_indexes
from graph.connection import Database, Row, batches
from graph.schema import setup_schema
from graph.transactions import read_columns, run_in_batches

MODALITIES = ("visual", "textual")
CONTENT_COLUMNS = {"visual": "image_sha256", "textual": "text"}
ENTITIES_PER_PAGE = 10_000
VECTORS_PER_BATCH = 1_000


@dataclass(frozen=True)
class Encoder:
    """Which encoder made vectors: its name, a digest of its weights and settings, the vectors' length."""

    name: str
    digest: str
    dimension: int

    def digest_of(self, content: str) -> str:
        """What a vector is filed under: SHA-256 of the encoder and the content it was made from."""
        return sha256("\0".join([self.name, self.digest, str(self.dimension), content]).encode()).hexdigest()


@dataclass(frozen=True)
class Activation:
    """What `activate` did: the encoder that was active before, and how many of its vectors it dropped."""

    previous: Encoder | None
    dropped: int


def text_of(id_: str, name: str, text: str) -> str:
    """What is encoded as an entity's text: its name, a full stop, its text; "" where it has neither.

    A name that only repeats the id, as where a source knows no names, says nothing and is left out.
    """
    said = "" if name == id_ else name
    return ". ".join(part for part in (said.strip(), text.strip()) if part)


def active_encoders(database: Database) -> dict[str, Encoder]:
    """The active encoder of each modality that has one."""
    rows = database.read("vectors/list_encoders")
    return {row["modality"]: Encoder(row["name"], row["digest"], row["dimension"]) for row in rows}


def activate(database: Database, modality: str, encoder: Encoder, *, wait: bool = True) -> Activation:
    """Record the active encoder of a modality and see that its vector index is there; the schema is set up first.

    Another encoder than the one before: its vectors and its index are dropped first, and all entities
    are due again. Killed at any point and called again, it ends in the same graph. With `wait`
    it returns when the index (``entity_visual`` or ``entity_textual``, cosine) answers queries.

    Raises InputError, before anything is written, where what others keep stands in the way.
    """
    _check_modality(modality)
    index = f"vectors/create_{modality}_index"
    setup_schema(database)
    previous = active_encoders(database).get(modality)
    dropped = 0
    if previous != encoder:
        # The new encoder is recorded last: until then a second call drops what is left.
        owned_indexes.drop(database, [owned_indexes.definition_of(index)])
        dropped = run_in_batches(database, "vectors/drop_vectors", **_properties(modality))[0]["dropped"]
        database.write("vectors/record_encoder", modality=modality, **vars(encoder))
    owned_indexes.create(database, index, dimension=encoder.dimension)
    if wait:
        database.read("vectors/await_index", name=own(f"entity_{modality}"))
    return Activation(previous, dropped)


def pending(database: Database, modality: str, encoder: Encoder, *, withheld: str | None = None) -> pd.DataFrame:
    """The entities whose vector is missing, or made from another content or by another encoder.

    Columns: id; text (see `text_of`) for textual, or image_sha256 for visual; digest, to be handed to
    `write` with the vector. Entities without content are not among them, nor those whose
    picture has rights that fit `withheld`, a pattern of `graph.rights`.
    """
    column = CONTENT_COLUMNS[_check_modality(modality)]
    rows = []
    for page in _pages(database, modality, withheld):
        contents = _contents(modality, page)
        for id_, content, digest, vector in zip(page["ids"], contents, page["digests"], page["vectors"], strict=True):
            if content and not (vector and digest == encoder.digest_of(content)):
                rows.append((id_, content, encoder.digest_of(content)))
    return pd.DataFrame(rows, columns=["id", column, "digest"], dtype=object)


def pending_ids(
    database: Database, modality: str, encoder: Encoder, ids: Collection[str]
) -> tuple[list[str], set[str]]:
    """Which of `ids` are due a vector that was made elsewhere, and which of them are entities at all.

    Due are entities without a vector, or with one of another encoder; what `write` files it under is
    ``encoder.digest_of(id)``.
    """
    wanted, due, known = set(ids), [], set()
    for page in _pages(database, _check_modality(modality)):
        for id_, digest, vector in zip(page["ids"], page["digests"], page["vectors"], strict=True):
            if id_ in wanted:
                known.add(id_)
                if not (vector and digest == encoder.digest_of(id_)):
                    due.append(id_)
    return due, known


def write(
    database: Database,
    modality: str,
    ids: Sequence[str],
    vectors: npt.NDArray[np.float32],
    digests: Sequence[str],
    progress: Progress = silent,
) -> int:
    """Put `vectors` (float32 [n, d]) on the entities `ids`, with the digests that `pending` gave.

    Returns how many entities took one; an entity that is gone by now takes none. Raises
    InputError where no encoder is active, the vectors have another dimension than its own, or one of
    them is zero or not finite.
    """
    _check_vectors(database, modality, ids, vectors, digests)
    written = 0
    for part in batches(range(len(ids)), VECTORS_PER_BATCH):
        values = vectors[part[0] : part[-1] + 1].tolist()
        rows = [{"id": ids[i], "vector": v, "digest": digests[i]} for i, v in zip(part, values, strict=True)]
        (row,) = database.write("vectors/write_vectors", rows=rows, **_properties(modality))
        written += row["written"]
        progress(part[-1] + 1, len(ids), f"{modality} vectors")
    return written


def remove(database: Database, modality: str, ids: Sequence[str]) -> None:
    """Take the vectors of these entities away, as of those whose picture no encoder can read."""
    _check_modality(modality)
    for part in batches(ids, ENTITIES_PER_PAGE):
        database.write("vectors/remove_vectors", ids=part, **_properties(modality))


def remove_stale(database: Database, modality: str, *, withheld: str | None = None) -> int:
    """Take away the vectors of entities whose picture or text is gone; returns how many.

    withheld: a pattern of `graph.rights`; pictures with such rights count as gone.
    """
    _check_modality(modality)
    removed = 0
    for page in _pages(database, modality, withheld):
        contents = _contents(modality, page)
        kept = zip(page["ids"], contents, page["digests"], page["vectors"], strict=True)
        stale = [id_ for id_, content, digest, vector in kept if not content and (vector or digest)]
        remove(database, modality, stale)
        removed += len(stale)
    return removed


def _check_modality(modality: str) -> str:
    if modality not in MODALITIES:
        raise InputError(f"the modality is {modality!r}; allowed are: {', '.join(MODALITIES)}")
    return modality


def _check_vectors(
    database: Database, modality: str, ids: Sequence[str], vectors: npt.NDArray[np.float32], digests: Sequence[str]
) -> None:
    encoder = active_encoders(database).get(_check_modality(modality))
    if encoder is None:
        raise InputError(f"no {modality} encoder is active; call activate before write")
    expected = (len(ids), encoder.dimension)
    if vectors.shape != expected or len(digests) != len(ids):
        raise InputError(
            f"{len(digests)} digests and vectors of shape {vectors.shape} for {len(ids)} ids; "
            f"{encoder.name} needs {len(ids)} and {expected}"
        )
    # The cosine of a zero vector is undefined: the index would pass over it without a word.
    sound = np.isfinite(vectors).all(axis=1) & np.any(vectors != 0, axis=1)
    if bad := [id_ for id_, good in zip(ids, sound, strict=True) if not good]:
        raise InputError(f"vectors that are zero or not finite: {shorten(bad)}")


def _properties(modality: str) -> dict[str, str]:
    return {"property": own(modality), "digest_property": own(f"{modality}_digest")}


def _pages(database: Database, modality: str, withheld: str | None = None) -> Iterator[Row]:
    after = ""
    while True:
        (page,) = read_columns(
            database,
            "vectors/page_contents",
            after=after,
            limit=ENTITIES_PER_PAGE,
            withheld=withheld,
            **_properties(modality),
        )
        if not page["ids"]:
            return
        after = page["ids"][-1]
        yield page


def _contents(modality: str, page: Row) -> list[str]:
    if modality == "visual":
        return list(page["images"])
    return [text_of(*row) for row in zip(page["ids"], page["names"], page["texts"], strict=True)]
