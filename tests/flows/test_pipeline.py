"""The whole pipeline by its commands, on a small folder, with the real servers."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from PIL import Image

from flows.runtime.prefect_server import PrefectServer
from graph.connection import Address, Database
from graph.exporting import hetero_file
from graph.exporting.export import facts_of
from tests.flows import typed

pytestmark = pytest.mark.bare

RUN = ("--set", "epochs=4", "--set", "dimension=16", "--set", "patience=null", "--top-k", "2")


@pytest.fixture
def environment(server: Address, prefect_server: PrefectServer, home: Path) -> dict[str, str]:  # noqa: ARG001
    return {
        "VLKGE_HOME": str(home),
        "NEO4J_URI": server.uri,
        "NEO4J_USERNAME": server.username,
        "NEO4J_PASSWORD": server.password,
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty works by four artists; style follows artist; two works have a picture, one of them broken."""
    works = [(f"w{i}", i % 4) for i in range(40)]
    entities = [("w" + str(i), "Artwork", f"Landscape {i}", "A river and trees.", "") for i in range(40)]
    entities += [(f"a{k}", "Artist", f"Painter {k}", "", "") for k in range(4)]
    entities += [(f"s{k}", "Style", f"School of {name}", "", "") for k, name in enumerate(["Rome", "Oslo"])]
    frame = pd.DataFrame(entities, columns=["id", "label", "name", "text", "image"])
    frame.loc[0, "image"], frame.loc[1, "image"] = "red.png", "broken.png"
    facts = [(work, "isCreatedByArtist", f"a{artist}") for work, artist in works]
    facts += [(work, "hasStyle", f"s{artist % 2}") for work, artist in works[:36]]
    Image.new("RGB", (64, 64), "red").save(tmp_path / "red.png")
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    frame.to_csv(tmp_path / "entities.csv", index=False)
    pd.DataFrame(facts, columns=["head", "relation", "tail"]).to_csv(tmp_path / "triples.csv", index=False)
    return tmp_path


def vlkge(environment: dict[str, str], *arguments: str) -> Any:
    """What the command's JSON says; the command must succeed."""
    done = typed.vlkge(*arguments, "--json", **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def dump(database: Database) -> tuple[list[Any], list[Any]]:
    """Every node and relationship, without run ids, times, measured seconds and the commit of the program."""
    times = ["updated_at", "asserted_at", "created_at", "promoted_at", "started_at", "finished_at"]
    left_out = [*times, "run_id", "previous_run_id", "metrics", "config", "git_commit", "visual", "textual"]
    with database.session() as session:
        nodes = session.run(
            "MATCH (n) WITH n, labels(n) AS kinds, [k IN keys(n) WHERE NOT k IN $out AND NOT (n:PredictionRun:Vlkge "
            "AND k = 'id') | k + '=' + toStringOrNull(n[k])] AS kept RETURN kinds, kept",
            out=left_out,
        ).values()
        links = session.run(
            "MATCH (h)-[r]->(t) RETURN CASE WHEN NOT h:PredictionRun:Vlkge THEN h.id END, type(r), t.id, "
            "[k IN keys(r) WHERE NOT k IN $out | "
            "k + '=' + toStringOrNull(r[k])]",
            out=left_out,
        ).values()
    return sorted(map(_in_order, nodes)), sorted(map(_in_order, links))


def _in_order(row: list[Any]) -> str:
    return str([sorted(map(str, part)) if isinstance(part, list) else part for part in row])


def check_rules(environment: dict[str, str], facts: pd.DataFrame, database: Database) -> None:
    """Of w36's artist's works with a style in training, all have the artist's; links, graph and commands say so."""
    training = facts[facts["split"] == "train"]
    made = training[training["relation"] == "isCreatedByArtist"].set_index("head")["tail"]
    style = training[training["relation"] == "hasStyle"].set_index("head")["tail"]
    by_artist = int((made[made.index.isin(style.index)] == "a0").sum())
    said = (
        f"Of {by_artist} artworks created by artist Painter 0 whose style is known, "
        f"{by_artist} have style School of Rome."
    )
    listed = vlkge(environment, "rules", "--relation", "hasStyle", "--limit", "1000")
    assert said in [rule["sentence"] for rule in listed["rules"]]
    assert len(listed["rules"]) == listed["count"]
    assert Path(listed["file"]).name == "rules.parquet"
    told = vlkge(environment, "explain", "w36", "hasStyle", "s0")
    assert said in told["rules"]
    (first, *_) = vlkge(environment, "query", "list_rules", "relation=hasStyle", "limit=100")
    assert first["support"] == first["of"]
    links = vlkge(environment, "query", "list_links_of_rule", f"rule={first['key']}")
    assert len(links) == first["links"] > 0
    assert {link["sentence"] for link in links} == {first["sentence"]}
    with database.session() as session:
        query = "MATCH (r:LinkRule) WHERE NOT EXISTS { ()-[p:PREDICTED]->() WHERE p.rule_key = r.key } RETURN count(r)"
        assert session.run(query).values() == [[0]]


def test_a_run_ends_in_links_that_can_be_queried_and_a_second_changes_nothing(
    environment: dict[str, str], folder: Path, database: Database
) -> None:
    run = vlkge(environment, "run", str(folder), *RUN)
    assert run["ingested"]["facts"]["added"] == 76
    assert [b["id"] for b in run["ingested"]["pictures"]["broken"]] == ["w1"]
    assert {part["modality"]: part["encoded"] for part in run["encoded"]} == {"textual": 46, "visual": 1}
    assert run["trained"]["alias"] == "champion"
    assert run["evaluated"]["report"]["queries"] == run["evaluated"]["baselines"]["popularity"]["queries"] > 0

    links = vlkge(environment, "query", "list_links_of_relation", "relation=hasStyle", "limit=100")
    # each work has one style, so only the four without one are asked for
    assert {link["head"] for link in links} == {"w36", "w37", "w38", "w39"}
    assert {link["tail"] for link in links} == {"s0", "s1"}
    assert {link["model_version"] for link in links} == {run["trained"]["version"]}

    before = dump(database)
    again = vlkge(environment, "run", str(folder), *RUN)
    assert dump(database) == before
    assert again["trained"]["version"] == run["trained"]["version"]
    assert again["published"]["run_id"] == run["published"]["run_id"]
    assert sum(part["encoded"] for part in again["encoded"]) == 0

    exported = vlkge(environment, "export", str(folder / "graph.safetensors"))
    facts = facts_of(hetero_file.load(Path(exported["file"])))
    given = pd.read_csv(folder / "triples.csv")
    assert set(map(tuple, facts[["head", "relation", "tail"]].values)) == set(map(tuple, given.values))

    check_rules(environment, facts, database)

    doubted = vlkge(environment, "detect-errors", "--relation", "hasStyle", "--limit", "5")
    assert doubted["model"] == run["trained"]["version"]
    (counts,) = doubted["relations"]
    assert counts["facts"] == 36
    unlikely = vlkge(environment, "query", "list_unlikely_facts", "relation=hasStyle")
    assert len(unlikely) == counts["doubted"]
    assert 0 < counts["doubted"] <= 5
    assert {(row["head"], "hasStyle", row["tail"]) for row in unlikely} <= set(map(tuple, given.values))
    assert vlkge(environment, "export", str(folder / "again.safetensors"))["facts"] == exported["facts"]

    for command in (("predict", "-r"), ("detect-errors", "-r"), ("explain", "w36")):
        unknown = typed.vlkge(*command, "hasStile", *(["s0"] if command[0] == "explain" else []), **environment)
        assert unknown.returncode == 2
        # Before the graph is read, which may take minutes: of the model it is known at once.
        assert "vlkge: there is no relation hasStile; the model knows: hasStyle, isCreatedByArtist" in unknown.stderr

    declared = folder.parent / "patterns.toml"
    declared.write_text('functional = ["hasStile"]')
    unknown = typed.vlkge("run", str(folder), *RUN, "--patterns", str(declared), **environment)
    assert unknown.returncode == 2
    assert "there is no relation hasStile" in unknown.stderr, "before anything is trained"

    other = folder.parent / "other"
    folder.rename(other)
    refused = typed.vlkge("run", str(other), *RUN, **environment)
    assert refused.returncode == 2
    assert "vlkge reset" in refused.stderr


def test_a_preset_trains_relations_from_their_names_once_texts_are_encoded(
    environment: dict[str, str],
    folder: Path,
    database: Database,  # noqa: ARG001
) -> None:
    small = ("--set", "epochs=1", "--set", "dimension=16", "--set", "experts=[]")
    train = ("train", "--config", "wn9img", "--set", "relation_vectors=text", *small)
    vlkge(environment, "ingest", str(folder))
    refused = typed.vlkge(*train, **environment)
    assert refused.returncode == 2
    assert "the graph has no vectors: type `vlkge encode`" in refused.stderr

    vlkge(environment, "encode")
    trained = vlkge(environment, *train)
    assert vlkge(environment, *train)["version"] == trained["version"]
    told = vlkge(environment, "models", "show", trained["version"])["config"]
    assert (told["relation_vectors"], told["structural_dropout"]) == ("text", 0)
    assert vlkge(environment, "train", "--config", "wn9img", *small)["version"] != trained["version"]


@pytest.fixture
def killed(environment: dict[str, str], folder: Path, home: Path) -> int:
    """The exit status of a run that was killed as soon as its training had saved an epoch."""
    command = [sys.executable, "-m", "flows.cli", "run", str(folder), *RUN, "--set", "seed=7"]
    before = set((home / "models").glob("*"))
    # The last bits of a vector depend on how many threads encoded it.
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(torch.get_num_threads()))
    process = subprocess.Popen(
        command, env={**os.environ, **environment, **threads}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 300
    while process.poll() is None and time.monotonic() < deadline:
        if any(list(new.glob("*")) for new in set((home / "models").glob("*")) - before):
            process.send_signal(signal.SIGKILL)
        time.sleep(0.01)
    process.kill()
    return process.wait()


def test_a_run_that_was_killed_in_training_goes_on_to_the_same_graph(
    environment: dict[str, str], folder: Path, database: Database, killed: int
) -> None:
    assert killed == -signal.SIGKILL
    resumed = vlkge(environment, "run", str(folder), *RUN, "--set", "seed=7")
    after_kill = dump(database)
    assert resumed["trained"]["metrics"]["epochs"] == 4
    vlkge(environment, "reset", "--yes")
    shutil.rmtree(resumed["trained"]["folder"])
    whole = vlkge(environment, "run", str(folder), *RUN, "--set", "seed=7")
    assert whole["trained"]["version"] == resumed["trained"]["version"]
    assert dump(database) == after_kill
