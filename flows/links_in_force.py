"""What a model has in force: the links of its newest run, and of earlier ones what that one did not cover."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from graph.connection import Database
from graph.predicted import registry
from graph.predicted.links import COVERED, file_of, save_links
from graph.predicted.registry import Run
from models.representation.checkpoint import VOCABULARY
from models.tensor_file import read_json


@dataclass(frozen=True)
class LinksInForce:
    """Links that a model predicted last; of `relations` these are all, of others only those of some heads.

    `files` are what was read.
    """

    links: pd.DataFrame
    relations: frozenset[str]
    files: tuple[Path, ...]

    def over(self, earlier: "LinksInForce") -> "LinksInForce":
        """Both: of a relation and a head what is newer, of a relation that is covered nothing else."""
        ours, theirs = (pd.MultiIndex.from_frame(of.links[["relation", "head"]]) for of in (self, earlier))
        left = earlier.links[~earlier.links["relation"].isin(self.relations) & ~theirs.isin(ours)]
        return LinksInForce(_together(left, self.links), self.relations | earlier.relations, self.files + earlier.files)


def read_links_in_force(database: Database, folder: Path, version: str, also: str = "") -> LinksInForce | None:
    """From the files of a model's complete runs, the newest first; None where its folder holds none of these.

    The run `also` counts whether it is complete or not.
    """
    runs = [run for run in registry.runs(database, version) if run.state == "complete" or run.id == also]
    ever = {relation for run in runs for relation in run.relations}
    found = None
    for run in runs:
        file = file_of(folder, run.id)
        if not file.is_file():
            continue
        table = pq.read_table(file)
        covered = _told(table)
        links = table.to_pandas()
        of = _covered(links, run, ever, folder) if covered is None else covered
        read = LinksInForce(links, frozenset(of), (file,))
        found = found.over(read) if found else read
        if covered is not None or found.relations >= ever:
            break
    return found


def save_links_in_force(
    database: Database,
    links: pd.DataFrame,
    folder: Path,
    run: str,
    version: str,
    relations: Collection[str],
    heads: Collection[str] | None = None,
) -> Path:
    """Save the links of a model's run, which covered `relations` (of `heads` alone; None: of all).

    What the model has in force besides is saved with them, so that the file of the newest run tells all. A run that is
    taken up again may be the only one that tells of the rest.
    """
    covered = set(relations) if heads is None else set()
    if earlier := read_links_in_force(database, folder, version, also=run):
        anew = earlier.links["relation"].isin(relations)
        if heads is not None:
            anew &= earlier.links["head"].isin(heads)
        links, covered = _together(earlier.links[~anew], links), covered | earlier.relations
    return save_links(links, folder, run, covered)


def _told(table: pa.Table) -> list[str] | None:
    """The relations of which the file says that it holds all links; None: it is of before files said so."""
    said = (table.schema.metadata or {}).get(COVERED)
    return None if said is None else [str(relation) for relation in json.loads(said)]


def _covered(links: pd.DataFrame, run: Run, ever: set[str], folder: Path) -> tuple[str, ...]:
    """The relations of which a file that does not say so holds all links: those of its run, unless that had heads.

    Such a run was of entities that the model had not met in training. A refresh took what it found for all there was,
    and so does this.
    """
    met = set(read_json(folder / VOCABULARY)["entities"]) if (folder / VOCABULARY).is_file() else set()
    of_some = met.isdisjoint(links["head"]) if len(links) else ever <= set(run.relations)
    return () if of_some and not run.refreshed_at else run.relations


def _together(*parts: pd.DataFrame) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[-1]
