"""Chunks of all sources of a mapping as one table of entities and one of facts."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from base.errors import InputError, shorten
from graph.loading.files import DEFAULT_LABEL, TEXT
from graph.mapping.source_kind import Chunk

FACT = ["head", "relation", "tail"]


def gather(chunks: Iterable[Chunk]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The entities, each id once with the first value of each column, and the facts as they came.

    Raises InputError where an entity has two labels.
    """
    parts = [(chunk.entities, chunk.facts) for chunk in chunks]
    entities = _join([part for part, _ in parts], ["id", "label"])
    facts = _join([part for _, part in parts], [*FACT, "split"])
    return _unite(entities), facts


def _join(frames: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    joined = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)
    for column in columns:
        if column not in joined:
            joined[column] = np.nan
    first = [*columns, *(column for column in TEXT["entities"] if column in joined and column not in columns)]
    joined = joined[[*first, *(column for column in joined if column not in first)]]
    # A column that is missing throughout has no type yet.
    return joined.astype({column: "str" for column in joined if joined[column].dtype == object or column in columns})


def _unite(entities: pd.DataFrame) -> pd.DataFrame:
    again = entities["id"].duplicated(keep=False).to_numpy()
    if again.any():
        repeated = entities[again].groupby("id", sort=False)
        labels = repeated["label"].nunique()
        if torn := labels.index[labels > 1].tolist():
            said = entities[entities["id"].isin(torn[:5])].groupby("id", sort=False)["label"].unique()
            raise InputError(
                "an entity has one label, these have several: "
                + shorten([f"{id_} is {' and '.join(filter(None, map(str, labels)))}" for id_, labels in said.items()])
            )
        first = entities["id"].duplicated().to_numpy()
        united = repeated.first().reset_index()
        place = pd.Index(entities["id"][again & ~first])
        kept = entities[~first].copy()
        rows = kept["id"].isin(place).to_numpy()
        kept.loc[rows, united.columns] = (
            united.set_index("id").loc[kept.loc[rows, "id"]].reset_index()[united.columns].to_numpy()
        )
        entities = kept.reset_index(drop=True)
    entities["label"] = entities["label"].fillna(DEFAULT_LABEL)
    return entities
