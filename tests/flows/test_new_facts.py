"""Facts that came after training: what a new thing's facts say of it, at once."""

import json
from pathlib import Path

import pytest

import flows.refresh
from flows.explain import explain
from flows.predict import predict
from flows.proposals import Champion
from flows.retraining.flow import Retraining, retrain
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.predicted import registry
from tests.flows import typed
from tests.flows.museum import CONFIG, add, load

STYLES = """
MATCH (h:Entity {id: $head})-[p:PREDICTED {vlkge: true, relation: 'hasStyle', state: 'current'}]->(t)
RETURN t.id, p.model_version ORDER BY p.rank
"""


def styles_of(database: Database, head: str) -> list[tuple[str, str]]:
    """The proposed styles, the best first, each with its model."""
    with database.session() as session:
        return [(style, model) for style, model in session.run(STYLES, head=head).values()]


def test_a_new_work_gets_the_style_of_its_artist_by_one_command_and_by_the_night(
    database: Database, gallery: Retraining, tmp_path: Path
) -> None:
    folder = add(
        tmp_path / "gallery",
        entities=["n1", "n2"],
        facts=[("n1", "isCreatedByArtist", "a1"), ("n2", "isCreatedByArtist", "a2")],
    )
    load(database, folder)
    done = typed.vlkge("predict", "--new", "--relation", "hasStyle", "--json")
    assert done.returncode == 0, done.stderr
    # a1 and a3 paint in style B alone, a0 and a2 in style A
    assert styles_of(database, "n1") == [("sB", gallery.champion), ("sA", gallery.champion)]
    assert styles_of(database, "n2") == [("sA", gallery.champion), ("sB", gallery.champion)]
    assert [model.version for model in registry.models(database)] == [gallery.champion]

    night = retrain(config=CONFIG)
    assert night.outcome != "unchanged"
    assert styles_of(database, "n1")[0][0] == "sB"
    assert styles_of(database, "n2")[0][0] == "sA"


RANKS = """
MATCH ({id: 'v1'})-[p:PREDICTED {vlkge: true, state: 'current'}]->(t)
RETURN p.relation, t.id, p.rank, p.previous_rank
"""
LINKS = """
MATCH (h)-[p:PREDICTED {vlkge: true}]->(t)
RETURN h.id, p.relation, t.id, p.state, p.run_id, round(p.score, 3), p.refreshed_at IS NOT NULL
ORDER BY h.id, p.relation, t.id
"""


def links(database: Database) -> dict[tuple[str, str, str], tuple[str, str, float, bool]]:
    """Every link's state, run, score and whether it was refreshed, by its ends."""
    with database.session() as session:
        return {tuple(row[:3]): tuple(row[3:]) for row in session.run(LINKS).values()}


def ranks(database: Database) -> dict[tuple[str, str], tuple[int, int | None]]:
    """Rank and previous rank of each link of v1, by relation and tail."""
    with database.session() as session:
        return {tuple(row[:2]): tuple(row[2:]) for row in session.run(RANKS).values()}


def refreshed(*options: str) -> dict[str, dict[str, int]]:
    """What the command says it did, by relation."""
    done = typed.vlkge("predict", "--refresh", "--json", *options)
    assert done.returncode == 0, done.stderr
    return {row["relation"]: row for row in json.loads(done.stdout)["relations"]}


def power_cut(*_: object) -> None:
    raise KeyboardInterrupt


def test_refreshing_publishes_what_todays_facts_imply_under_the_same_run(
    database: Database, gallery: Retraining, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = links(database)
    assert {link[1] for link in before.values()} == {gallery.published.run_id if gallery.published else None}
    assert refreshed() == {}
    assert links(database) == before
    placed = ranks(database)

    facts = [("v1", "isCreatedByArtist", "a1"), ("u0", "hasStyle", "sA"), ("u0", "hasCountry", "cX")]
    load(database, add(tmp_path / "gallery", facts=facts))
    told = refreshed("--dry-run")
    assert links(database) == before
    with monkeypatch.context() as patch:
        patch.setattr(flows.refresh, "keep_links", power_cut)
        with pytest.raises(KeyboardInterrupt):
            flows.refresh.refresh()
    after = links(database)
    again = refreshed()  # finds the links as they are to be
    assert {relation: row["same"] for relation, row in again.items()} == {
        relation: row["new"] + row["changed"] + row["same"] for relation, row in told.items()
    }
    assert {row["new"] + row["changed"] + row["stale"] for row in again.values()} == {0}
    assert links(database) == after
    assert ranks(database)["hasStyle", "sB"] == (1, placed["hasStyle", "sB"][0])
    assert styles_of(database, "v1")[0][0] == "sB"
    # what became a fact goes, and so does the other value of a relation that has one
    assert told["hasStyle"]["stale"] == told["hasCountry"]["stale"] == 2
    assert told["isCreatedByArtist"]["stale"] == 3
    assert {key[:2] for key, link in after.items() if link[0] == "stale"} == {
        ("u0", "hasStyle"), ("u0", "hasCountry"), ("v1", "isCreatedByArtist"),
    }  # fmt: skip
    assert {key[0] for key, link in after.items() if link[3]} == {"v1"}
    assert {link[1] for link in after.values()} == {link[1] for link in before.values()}
    assert {key: link for key, link in after.items() if key[0] not in ("v1", "u0")} == {
        key: link for key, link in before.items() if key[0] not in ("v1", "u0")
    }
    assert refreshed() == {}

    taken = typed.vlkge("predict", "--refresh", "--new")
    assert taken.returncode == 2
    assert "it does not go with --new" in taken.stderr


SECOND = """
MATCH (h)-[p:PREDICTED {vlkge: true, relation: 'hasStyle', state: 'current'}]->()
WHERE (h)-[:hasStyle]->()
RETURN count(p)
"""


def test_what_a_person_declares_of_relations_holds_until_they_say_otherwise(
    database: Database,
    gallery: Retraining,  # noqa: ARG001
    tmp_path: Path,
) -> None:
    def second_styles() -> int:
        with database.session() as session:
            return session.run(SECOND).single(strict=True)[0]

    def printed() -> dict[str, object]:
        return json.loads(typed.vlkge("patterns", "--json").stdout)

    assert second_styles() == 0
    assert printed()["functional"] == ["hasCountry", "hasStyle", "isCreatedByArtist"]
    file = tmp_path / "patterns.toml"
    file.write_text('functional = ["isCreatedByArtist"]\ncomplete = ["hasStyle"]\n')
    refreshed("--patterns", str(file), "--dry-run")
    assert printed()["complete"] == []
    refreshed("--patterns", str(file))  # though no fact has changed
    assert second_styles() == 80
    assert (printed()["functional"], printed()["complete"]) == (["isCreatedByArtist"], ["hasStyle"])
    assert explain("w000", "hasStyle", "sB").state == "new"
    assert explain("u0", "hasStyle", "sB").answer_probability == 1
    assert Champion.load(Settings(), database).served.patterns.functional == ("isCreatedByArtist",)

    load(database, add(tmp_path / "gallery", facts=[("v1", "isCreatedByArtist", "a1")]))
    refreshed()
    assert second_styles() == 80
    assert predict().patterns.functional == ("isCreatedByArtist",)
    assert second_styles() == 80
    load(database, add(tmp_path / "gallery", facts=[("v2", "isCreatedByArtist", "a2")]))
    night = retrain(config=CONFIG)
    assert night.outcome != "unchanged"
    assert second_styles() == 80

    file.write_text("")
    predict(patterns=str(file))
    assert second_styles() == 0
    assert printed()["complete"] == []
