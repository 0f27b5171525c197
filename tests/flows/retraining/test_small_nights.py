"""Nights on which little changed: nothing is trained, and what today's facts concern is made anew."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from flows import facts_read
from flows.refresh import within_limit
from flows.retraining.flow import Retraining, retrain
from flows.runtime.checkpoints import folder_of
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.curation.decision import Choice
from graph.curation.decisions import decide
from graph.exporting.export import export
from graph.predicted import registry
from models.triples.knowledge_graph import KnowledgeGraph
from tests.flows.museum import CONFIG, add, load

SMALL = {**CONFIG, "small_change": 0.2}
CURRENT = """
MATCH (h)-[p:PREDICTED {vlkge: true, state: 'current'}]->(t)
RETURN h.id AS head, p.relation AS relation, t.id AS tail, p.similar AS similar, p.paths AS paths,
  p.refreshed_at IS NOT NULL AS anew, p.model_version AS model, p.run_id AS run
"""
FORGET = "MATCH ({id: $head})-[r:hasStyle {vlkge: true}]->() DELETE r"


def links(database: Database) -> pd.DataFrame:
    with database.session() as session:
        return pd.DataFrame(session.run(CURRENT).data())


def test_few_new_facts_train_nothing_and_reach_the_links_that_they_concern(
    database: Database, gallery: Retraining, tmp_path: Path
) -> None:
    before = links(database)
    load(database, add(tmp_path / "gallery", entities=["n1"], facts=[("n1", "isCreatedByArtist", "a1")]))
    night = retrain(config=SMALL)
    assert (night.outcome, night.champion, night.trained) == ("refreshed", gallery.champion, None)
    assert [model.version for model in registry.models(database)] == [gallery.champion]
    after = links(database)
    assert set(after["run"]) == set(before["run"])
    assert set(after.loc[after["anew"], "head"]) == {"n1"}
    styles = after[(after["head"] == "n1") & (after["relation"] == "hasStyle")]
    assert "sB" in set(styles["tail"])
    assert night.report is not None
    told = night.report.read_text()
    assert "2 of 97 entities have other facts or decisions" in told
    assert f"left alone: {len(before):,} links of other entities" in told

    quiet = retrain(config=SMALL)
    assert (quiet.outcome, quiet.refreshed is not None and quiet.refreshed.entities) == ("unchanged", 0)
    assert links(database).equals(after)


@pytest.mark.usefixtures("gallery")
def test_a_link_whose_evidence_is_gone_is_made_anew(database: Database) -> None:
    before = links(database)
    cited = before[(before["relation"] == "hasStyle") & (before["tail"] == "sB")]["similar"].explode().mode()[0]
    with database.session() as session:
        session.run(FORGET, head=cited).consume()
    citing = {row.head for row in before.itertuples() if row.tail == "sB" and cited in row.similar}
    assert citing
    night = retrain(config=SMALL)
    assert night.outcome == "refreshed"
    after = links(database)
    assert citing <= set(after.loc[after["anew"], "head"])
    styles = after[(after["relation"] == "hasStyle") & (after["tail"] == "sB")]
    assert cited not in set(styles["similar"].explode())
    gone = f'"{cited}",">hasStyle","sB"'
    assert not any(gone in path for path in after["paths"].explode().dropna())
    assert not after["anew"].all()


@pytest.mark.parametrize("asked", [{"always_train": True}, {"config": CONFIG}])
def test_it_trains_where_it_is_asked_to_or_much_changed(
    database: Database, gallery: Retraining, tmp_path: Path, asked: dict[str, object]
) -> None:
    load(database, add(tmp_path / "gallery", entities=["n1"], facts=[("n1", "isCreatedByArtist", "a1")]))
    night = retrain(**{"config": SMALL, **asked})  # type: ignore[arg-type]
    assert night.trained is not None
    assert night.trained.warm_start == gallery.champion


def test_a_model_of_which_nobody_knows_what_it_was_trained_on_is_trained_again(
    database: Database, gallery: Retraining, tmp_path: Path
) -> None:
    """As one of a version that did not keep it."""
    (folder_of(Settings(), gallery.champion) / facts_read.TRAINED).unlink()
    load(database, add(tmp_path / "gallery", entities=["n1"], facts=[("n1", "isCreatedByArtist", "a1")]))
    assert retrain(config=SMALL).trained is not None


def test_what_links_cite_is_known_until_a_fact_is_gone_or_the_page_makes_links_anew(
    database: Database, gallery: Retraining, tmp_path: Path
) -> None:
    folder = folder_of(Settings(), gallery.champion)

    def gone(made: datetime | None = None) -> bool:
        return facts_read.are_gone(folder, KnowledgeGraph.from_hetero(export(database)), made)

    assert not gone()
    assert not gone(datetime.now(UTC) - timedelta(hours=1))
    assert gone(datetime.now(UTC) + timedelta(seconds=1))
    load(database, add(tmp_path / "gallery", entities=["n1"], facts=[("n1", "hasStyle", "sA")]))
    assert not gone()
    facts_read.keep_cited(folder, KnowledgeGraph.from_hetero(export(database)), and_former=True)
    for head in ("n1", "w002"):
        with database.session() as session:
            session.run(FORGET, head=head).consume()
        assert gone()
        facts_read.keep_cited(folder, KnowledgeGraph.from_hetero(export(database)))
        assert not gone()
    facts_read.forget(folder)
    assert gone()


def test_rejected_links_count_as_changes(database: Database, gallery: Retraining) -> None:
    folder = folder_of(Settings(), gallery.champion)
    assert facts_read.changed_since_training(folder, KnowledgeGraph.from_hetero(export(database))) == 0
    with database.session() as session:
        found = session.run("MATCH (h)-[p:PREDICTED {state: 'current'}]->(t) RETURN h.id, p.relation, t.id").values()
    head, relation, tail = min(found)
    decide(database, [Choice(id="d", head=head, relation=relation, tail=tail, verdict="rejected")], by="ana")
    assert facts_read.changed_since_training(folder, KnowledgeGraph.from_hetero(export(database))) == 2


def test_a_night_does_not_add_links_beyond_those_that_a_relation_may_have() -> None:
    columns = ["head", "relation", "tail", "score", "probability", "answer_probability"]
    kept = pd.DataFrame(
        [("a", "r", "x", 1.0, 0.9, 1.0), ("b", "r", "x", 1.0, 0.5, None), ("n", "r", "x", 1.0, 0.8, 1.0)],
        columns=columns,
    )
    links = pd.DataFrame(
        [("n", "r", "y", 1.0, 0.7, 1.0), ("n", "r", "z", 1.0, 0.9, 0.5), ("n", "s", "z", 1.0, 0.1, 1.0)],
        columns=columns,
    )
    # with n's former link gone, one place is left of two
    assert within_limit(links, kept, ["n"], 2)["tail"].tolist() == ["y", "z"]
    assert within_limit(links, kept, ["n"], 2)["relation"].tolist() == ["r", "s"]
    assert len(within_limit(links, kept, ["n"], 1)) == 1  # of s alone: a's link of r is likelier
    assert len(within_limit(links, kept, ["n"], 4)) == 3
    assert within_limit(links, kept, ["n"], None, {"r": 1})["relation"].tolist() == ["s"]
    assert len(within_limit(links, kept, ["n"], None)) == len(within_limit(links, None, ["n"], 1)) == 3
