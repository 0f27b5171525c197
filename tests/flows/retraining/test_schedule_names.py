"""Several schedules side by side: none takes the place of another unseen."""

from pathlib import Path

import pytest
from prefect import get_client

from base.errors import InputError
from flows.retraining import schedule_names, times
from flows.retraining.schedules import Trigger, deploy_to, schedule, serve_here
from flows.runtime.home_lock import BusyError
from flows.runtime.prefect_server import PrefectServer
from flows.runtime.settings import Settings

NIGHTLY = schedule("0 2 * * *", None, "UTC")
OFTEN = Trigger(every=60, facts=100, decisions=None)


def deploy(folder: str, name: str = "schedule", watch: Trigger | None = None) -> None:
    deploy_to("names-pool", 1, {"folder": folder, "config": {}}, NIGHTLY, watch, name)


def deployed() -> set[tuple[str, str]]:
    """Each deployment's name with the folder that it takes in."""
    with get_client(sync_client=True) as client:
        found = client.read_deployments()
    return {(made.name, made.parameters.get("retraining", made.parameters)["folder"]) for made in found}


@pytest.fixture(autouse=True)
def no_schedules(own_home: Path) -> None:
    del own_home
    with get_client(sync_client=True) as client:
        for made in client.read_deployments():
            client.delete_deployment(made.id)


def test_a_schedule_that_takes_the_place_of_another_says_so_and_a_name_keeps_both(
    capsys: pytest.CaptureFixture[str],
) -> None:
    deploy("/museum")
    deploy("/museum")
    assert "--name" not in capsys.readouterr().err
    deploy("/archive")
    assert "The schedule 'schedule' retrained /museum; from now on it retrains /archive." in capsys.readouterr().err
    deploy("/museum", "museum", OFTEN)
    assert "--name" not in capsys.readouterr().err
    assert deployed() == {("schedule", "/archive"), ("museum", "/museum")}


def test_a_watch_that_is_no_longer_wanted_goes() -> None:
    deploy("/museum", watch=OFTEN)
    deploy("/archive", "archive", OFTEN)
    assert deployed() == {("schedule", "/museum"), ("watch", "/museum"), ("archive", "/archive")}
    deploy("/museum")
    assert deployed() == {("schedule", "/museum"), ("archive", "/archive")}


def test_the_schedule_of_another_graph_is_not_taken(
    prefect_server: PrefectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", str(prefect_server.status().api))
    deploy("/museum")
    ours = Settings().neo4j_uri
    monkeypatch.setenv("VLKGE_PREFIX", "vk_")
    with pytest.raises(
        InputError, match=f"a schedule 'schedule' of another graph, {ours}/neo4j: give this one another"
    ):
        deploy("/archive")
    deploy("/archive", "archive")
    assert deployed() == {("schedule", "/museum"), ("archive", "/archive")}


def test_a_schedule_that_is_served_is_not_served_twice() -> None:
    with (
        schedule_names.reserved(Settings(), "schedule"),
        pytest.raises(BusyError, match=r"runs the schedule 'schedule' already, process \d+: end that one"),
    ):
        serve_here({"folder": "/museum", "config": {}}, NIGHTLY, None)
    assert deployed() == set()


@pytest.mark.parametrize("name", ["", "a/b", "../x", "-x", "a b", "x" * 101])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="the schedule's name is"):
        times.check_name(name)
