"""A run of one relation, or of a few links, is not all that its model has in force."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

import flows.predict
from flows.predict import predict
from flows.retraining import model_changes
from flows.retraining.flow import Retraining, retrain
from graph.connection import Database
from graph.predicted import registry
from graph.predicted.links import check_links
from tests.flows.retraining.test_flow import UNTRAINED, links

PASSES = {**UNTRAINED, "gate": {"margin": 1, "relation_margin": 1}}


def counted(database: Database) -> dict[str, int]:
    """How many current links each relation has."""
    found: dict[str, int] = {}
    for link in links(database):
        found[link[1]] = found.get(link[1], 0) + 1
    return found


def save_as_the_last_version(_: Database, links: pd.DataFrame, folder: Path, run: str, *__: object) -> Path:
    """The links of the run and no others, and nothing of what it covered."""
    file = folder / f"{run}.parquet"
    pq.write_table(check_links(links), file, compression="zstd")
    return file


@pytest.mark.parametrize("earlier", [False, True], ids=["files of today", "files of the last version"])
def test_rolling_back_brings_every_relation_back(
    database: Database, gallery: Retraining, own_home: Path, monkeypatch: pytest.MonkeyPatch, earlier: bool
) -> None:
    assert min(counted(database)[name] for name in ("hasStyle", "hasCountry")) > 2
    if earlier:
        monkeypatch.setattr(flows.predict, "save_links_in_force", save_as_the_last_version)
        (run,) = registry.runs(database, gallery.champion)
        file = own_home / "models" / gallery.champion / f"{run.id}.parquet"
        pq.write_table(pq.read_table(file).replace_schema_metadata(), file)
    predict(relations=["hasStyle"], limit=2)
    assert counted(database)["hasStyle"] == 2
    before = links(database)
    done = retrain(config=PASSES)
    assert (done.outcome, links(database) != before) == ("promoted", True)
    change = model_changes.roll_back()
    assert links(database) == before
    assert change.links == len(before)


def test_promoting_a_model_that_published_one_relation_predicts_the_others(
    database: Database, gallery: Retraining
) -> None:
    refused = retrain(config=UNTRAINED)
    assert (refused.outcome, refused.trained is not None) == ("kept", True)
    version = refused.trained.version if refused.trained else ""
    predict(model=version, relations=["hasStyle"])
    predict(model=gallery.champion)
    wanted = set(counted(database))
    assert {"hasStyle", "hasCountry"} <= wanted
    model_changes.promote(version=version)
    assert registry.champion(database).version == version
    assert set(counted(database)) == wanted
    assert {link[-1] for link in links(database)} == {version}
