"""The doctor on a real graph: what is well, what is not, and what to type."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from prefect import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.states import Crashed, StateType

from base.errors import PipelineError
from flows.retraining.schedules import deploy_to, schedule
from flows.runtime import doctor
from flows.runtime.locks import RETRAINING
from flows.runtime.place import set_limit
from flows.runtime.prefect_server import PrefectServer
from flows.runtime.services import open_graph
from flows.runtime.settings import Settings
from graph.connection import Address, Database
from graph.migrations import VERSION
from graph.predicted.registry import register_model
from graph.schema import setup_schema
from graph.vectors import Encoder, activate
from tests.flows.typed import vlkge

RUNNING = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING])))


@pytest.fixture
def settings(database: Database, server: Address, tmp_path: Path) -> Settings:
    setup_schema(database)
    with database.session() as session:
        session.run("CREATE (:Entity:Vlkge:Artwork {id: 'Q1', name: 'Sunflowers', sources: ['a']})").consume()
    return Settings(
        neo4j_uri=server.uri,
        neo4j_username=server.username,
        neo4j_password=server.password,
        neo4j_database=server.database,
        vlkge_home=tmp_path,
    )


def examine(settings: Settings) -> dict[str, doctor.Finding]:
    """The findings on the graph, by what was looked at; the last of each."""
    return {finding.check: finding for finding in doctor.look_at_graph(settings)}


def run(database: Database, statement: str) -> None:
    with database.session() as session:
        session.run(statement).consume()


def test_a_graph_that_is_well_has_nothing_to_type_but_the_next_step(settings: Settings) -> None:
    findings = examine(settings)
    assert findings["database"].found.endswith(f"at {settings.neo4j_uri}, 1 entities")
    assert {findings[check].state for check in ("database", "indexes", "pictures")} == {"ok"}
    assert (findings["models"].state, findings["models"].advice) == ("warn", "vlkge train")
    assert (findings["encoders"].state, findings["encoders"].advice) == ("warn", "vlkge encode")


def test_a_dropped_index_is_named(settings: Settings, database: Database) -> None:
    run(database, "DROP INDEX entity_words")
    found = examine(settings)["indexes"]
    assert (found.state, found.found) == ("fail", "missing: 'entity_words' (1 in all)")
    assert found.advice == "vlkge upgrade"


def test_a_dropped_vector_index_is_named(settings: Settings, database: Database) -> None:
    activate(database, "textual", Encoder("bundled", "0" * 64, 4))
    assert examine(settings)["indexes"].state == "ok"
    run(database, "DROP INDEX entity_textual")
    assert "entity_textual" in examine(settings)["indexes"].found


def test_an_encoder_whose_weights_are_gone_is_named(settings: Settings, database: Database, tmp_path: Path) -> None:
    weights = tmp_path / "weights.pt"
    weights.touch()
    activate(database, "visual", Encoder(f"clip:ViT-B-32/{weights}", "0" * 64, 4))
    assert examine(settings)["encoders"].state == "ok"
    weights.unlink()
    found = examine(settings)["encoders"]
    assert (found.state, str(weights) in found.found) == ("fail", True)


def test_a_lost_picture_is_named(settings: Settings, database: Database) -> None:
    run(database, "MATCH (n:Entity) SET n.image_sha256 = 'abc0'")
    found = examine(settings)["pictures"]
    assert found.state == "fail"
    assert found.found.startswith("1 of 1 pictures are not in")
    (settings.pictures / "ab").mkdir(parents=True)
    (settings.pictures / "ab" / "abc0.png").touch()
    assert examine(settings)["pictures"].state == "ok"


def test_a_lost_champion_fails_and_a_lost_other_model_warns(settings: Settings, database: Database) -> None:
    for version in ("first", "second"):
        register_model(database, version, "complex", {}, {}, "0" * 64, {})
        (settings.models / version).mkdir(parents=True)
        (settings.models / version / "model.safetensors").touch()
    assert examine(settings)["models"].found == "2 registered, champion first"
    shutil.rmtree(settings.models / "second")
    assert examine(settings)["models"].state == "warn"
    shutil.rmtree(settings.models / "first")
    assert examine(settings)["models"].state == "fail"


def test_an_unfinished_publication_is_named(settings: Settings, database: Database) -> None:
    run(database, "CREATE (:PredictionRun:Vlkge {id: 'r7', state: 'writing', started_at: datetime()})")
    assert "'r7'" in examine(settings)["publications"].found


def test_a_home_that_cannot_be_made_fails(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    (found,) = doctor.look_at_home(file / "home")
    assert (found.state, found.check) == ("fail", "home")


def test_nothing_is_started(tmp_path: Path) -> None:
    home = tmp_path / "home"
    findings = {f.check: f for f in [*doctor.look_at_graph(Settings(neo4j_uri=None, vlkge_home=home))]}
    assert (findings["database"].state, findings["database"].found) == ("warn", "the bundled Neo4j does not run")
    assert doctor.look_at_prefect(Settings(prefect_api_url=None, vlkge_home=home)).state == "warn"
    assert not home.exists()


def test_prefect_servers_that_answer_and_that_do_not(prefect_server: PrefectServer) -> None:
    found = doctor.look_at_prefect(Settings(prefect_api_url=prefect_server.status().api))
    assert (found.state, found.found.startswith("Prefect 3.")) == ("ok", True)
    assert doctor.look_at_prefect(Settings(prefect_api_url="http://127.0.0.1:1/api")).state == "fail"


def nights(server: PrefectServer) -> dict[str, doctor.Finding]:
    api = server.status().api
    assert api is not None
    return {finding.check: finding for finding in doctor.look_at_nights(api, None, champion=True)}


def test_a_place_without_a_holder_is_named_with_what_frees_it(prefect_server: PrefectServer) -> None:
    set_limit(RETRAINING, 1)
    with get_client(sync_client=True) as client:
        for night in client.read_flow_runs(flow_run_filter=RUNNING):  # that another test killed
            client.set_flow_run_state(night.id, Crashed(), force=True)
        client.update_global_concurrency_limit(RETRAINING, GlobalConcurrencyLimitUpdate(active_slots=1))
        found = nights(prefect_server)["nights"]
        assert (found.state, "no retraining is at work" in found.found) == ("warn", True)
        _, _, typed = str(found.advice).partition("by hand: ")
        variable, _, *words = shlex.split(typed)
        name, _, value = variable.partition("=")
        command = [sys.executable, "-m", "prefect", *words]
        subprocess.run(command, env={**os.environ, name: value}, check=True, capture_output=True)
        assert client.read_global_concurrency_limit_by_name(RETRAINING).active_slots == 0
    assert "nights" not in nights(prefect_server)


def test_a_champion_that_no_schedule_retrains_is_told(prefect_server: PrefectServer) -> None:
    with get_client(sync_client=True) as client:
        for deployment in client.read_deployments():
            client.delete_deployment(deployment.id)
        found = nights(prefect_server)["schedule"]
        assert (found.state, found.found) == ("warn", "there is a champion, and no deployment retrains it")
        deploy_to("museum-pool", 1, {"config": {}}, schedule("0 2 * * *", None, "UTC"), None)
        found = nights(prefect_server)["schedule"]
        assert (found.state, "no process looks" in found.found) == ("warn", True)
        (made,) = client.read_deployments()
        client.get_scheduled_flow_runs_for_deployments([made.id])  # as `vlkge serve` does every ten seconds
        assert nights(prefect_server)["schedule"].state == "ok"
        client.pause_deployment(made.id)
        assert "are paused" in nights(prefect_server)["schedule"].found


def test_the_room_that_everything_takes_is_told(tmp_path: Path) -> None:
    (tmp_path / "models" / "m").mkdir(parents=True)
    (tmp_path / "models" / "m" / "model.safetensors").write_bytes(bytes(3_000_000))
    found = doctor.look_at_sizes(Settings(vlkge_home=tmp_path)).found
    assert found.startswith("models 3 MB; 90 days are kept")
    assert "for ever" in doctor.look_at_sizes(Settings(vlkge_home=tmp_path, vlkge_keep_days=0)).found


def test_the_command_is_one_json_document_and_exits_with_1_where_something_fails(tmp_path: Path) -> None:
    done = vlkge("doctor", "--json", NEO4J_URI="bolt://127.0.0.1:1", VLKGE_HOME=str(tmp_path))
    report = json.loads(done.stdout)
    assert (done.returncode, report["state"]) == (1, "fail")
    (database,) = [finding for finding in report["findings"] if finding["check"] == "database"]
    assert database["state"] == "fail"
    assert "NEO4J_URI" in database["advice"]


def test_an_older_graph_is_named_and_upgraded_by_the_next_command(settings: Settings, database: Database) -> None:
    run(database, "MATCH (s:Schema) SET s.version = 2")
    found = examine(settings)["schema"]
    assert (found.state, found.found) == ("warn", f"version 2, this program's is {VERSION}")
    open_graph(settings).close()
    assert examine(settings)["schema"].state == "ok"


def test_a_newer_graph_fails_and_no_command_opens_it(settings: Settings, database: Database) -> None:
    run(database, f"MATCH (s:Schema) SET s.version = {VERSION + 1}")
    assert examine(settings)["schema"].state == "fail"
    with pytest.raises(PipelineError, match="upgrade the program"):
        open_graph(settings)


def test_a_graph_that_every_command_refuses_is_no_empty_one(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setenv("VLKGE_PREFIX", "vk_")
        found = examine(settings)
        assert (found["schema"].state, found["schema"].advice) == ("fail", "set VLKGE_PREFIX")
        assert "have the prefix ''" in found["schema"].found
        assert "graph" not in found
    run(database, f"MATCH (s:Schema) SET s.version = {VERSION + 1}")
    run(database, "MATCH (n:Entity) DELETE n")
    found = examine(settings)
    assert (found["schema"].state, "graph" in found) == ("fail", False)


def test_a_prefect_server_that_asks_for_a_password_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_AUTH_STRING", raising=False)
    assert doctor.prefect_login() is None
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "admin:with:colons")
    assert doctor.prefect_login() == ("admin", "with:colons")
