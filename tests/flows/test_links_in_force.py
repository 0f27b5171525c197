"""What a model has in force is all that its runs left so, whatever each of them covered."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from base.errors import FullDiskError
from flows.links_in_force import LinksInForce, read_links_in_force, save_links_in_force
from graph.connection import Database
from graph.predicted.links import check_links
from graph.predicted.predictions import publish
from graph.predicted.registry import register_model, runs
from graph.schema import setup_schema
from models.tensor_file import save_json

Link = tuple[str, str, str]
WHOLE: list[Link] = [("w1", "hasStyle", "s1"), ("w2", "hasStyle", "s1"), ("w1", "by", "a1"), ("w2", "by", "a1")]
RELATIONS = ["by", "hasStyle"]


class Model:
    """A model that publishes; as `earlier`, its files are those of versions before files said what they cover."""

    def __init__(self, database: Database, folder: Path, earlier: bool) -> None:
        self.database, self.folder, self.earlier = database, folder, earlier
        save_json({"entities": ["w1", "w2", "s1", "s2", "a1"]}, folder / "vocabulary.json")

    def predict(self, links: list[Link], relations: Sequence[str] = RELATIONS, heads: list[str] | None = None) -> str:
        frame = pd.DataFrame(links, columns=["head", "relation", "tail"]).assign(score=1.0, rank=1, paths=None)
        frame["similar"] = [["w1", "s1"]] * len(frame)

        def keep(run: str) -> None:
            if self.earlier:
                pq.write_table(check_links(frame), self.folder / f"{run}.parquet", compression="zstd")
            else:
                save_links_in_force(self.database, frame, self.folder, run, "v1", relations, heads)

        done = publish(self.database, frame, model_version="v1", relations=relations, heads=heads, keep=keep)
        return done.run_id

    def in_force(self) -> LinksInForce:
        found = read_links_in_force(self.database, self.folder, "v1")
        assert found is not None
        return found

    def links(self) -> set[Link]:
        return set(self.in_force().links[["head", "relation", "tail"]].itertuples(index=False, name=None))


@pytest.fixture(params=[False, True], ids=["files of today", "files of the last version"])
def model(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Model:
    setup_schema(database)
    with database.session() as session:
        session.run("UNWIND ['w1', 'w2', 'w3', 's1', 's2', 'a1'] AS id CREATE (:Entity:Vlkge {id: id})").consume()
    register_model(database, "v1", "complex", {}, {}, "0" * 64, {})
    return Model(database, tmp_path / "v1", request.param)


def test_a_run_of_one_relation_leaves_the_others_in_force(model: Model) -> None:
    model.predict(WHOLE)
    model.predict([("w2", "hasStyle", "s2")], ["hasStyle"])
    assert model.links() == {("w2", "hasStyle", "s2"), ("w1", "by", "a1"), ("w2", "by", "a1")}
    assert model.in_force().relations == {"by", "hasStyle"}
    model.predict([], ["by"])
    assert model.links() == {("w2", "hasStyle", "s2")}
    assert model.in_force().relations == {"by", "hasStyle"}


def test_a_run_of_some_heads_leaves_the_others_in_force(model: Model) -> None:
    model.predict(WHOLE)
    model.predict([("w3", "hasStyle", "s2")], heads=["w3"])
    assert model.links() == {*WHOLE, ("w3", "hasStyle", "s2")}
    model.predict([], heads=["w3"])
    assert model.links() == ({*WHOLE, ("w3", "hasStyle", "s2")} if model.earlier else set(WHOLE))


def test_a_run_of_all_is_all_there_is(model: Model) -> None:
    model.predict(WHOLE)
    model.predict([("w2", "hasStyle", "s2")])
    assert model.links() == {("w2", "hasStyle", "s2")}
    assert len(model.in_force().files) == 1


def test_what_no_run_covered_is_not_told(model: Model) -> None:
    assert read_links_in_force(model.database, model.folder, "v1") is None
    model.predict([("w3", "by", "a1")], heads=["w3"])
    assert (model.links(), model.in_force().relations) == ({("w3", "by", "a1")}, frozenset())
    model.predict([("w2", "hasStyle", "s2")], ["hasStyle"])
    assert (len(model.links()), model.in_force().relations) == (2, {"hasStyle"})


def test_the_files_that_a_rollback_needs_are_named(model: Model) -> None:
    whole = model.predict(WHOLE)
    part = model.predict([("w2", "hasStyle", "s2")], ["hasStyle"])
    needed = [part, whole] if model.earlier else [part]
    assert [file.stem for file in model.in_force().files] == needed


def test_a_run_whose_links_could_not_be_kept_is_not_complete(model: Model, database: Database) -> None:
    model.predict(WHOLE)
    seen = []

    def fail(run: str) -> None:
        seen.append(next(known.state for known in runs(database, "v1") if known.id == run))
        raise FullDiskError("no room")

    frame = pd.DataFrame([("w2", "hasStyle", "s2", 1.0, 1)], columns=["head", "relation", "tail", "score", "rank"])
    with pytest.raises(FullDiskError):
        publish(database, frame, model_version="v1", relations=RELATIONS, keep=fail)
    assert (seen, runs(database, "v1")[0].state) == (["writing"], "failed")
    assert model.links() == set(WHOLE)


def test_a_run_that_is_taken_up_again_keeps_what_only_its_file_tells(model: Model, database: Database) -> None:
    if model.earlier:
        return  # files of that time told no more than their run
    first = model.predict(WHOLE)
    again = [("w2", "hasStyle", "s2")]
    second = model.predict(again, ["hasStyle"])
    (model.folder / f"{first}.parquet").unlink()  # as nights do after VLKGE_KEEP_DAYS
    with database.session() as session:
        session.run("MATCH (r:PredictionRun {id: $id}) SET r.state = 'writing'", id=second).consume()
    assert model.predict(again, ["hasStyle"]) == second
    assert model.links() == {*again, *(link for link in WHOLE if link[1] == "by")}
