"""The project's own Prefect server."""

from pathlib import Path

import httpx
import psutil
import pytest

from base.errors import PipelineError
from flows.runtime.prefect_server import PrefectServer

pytestmark = pytest.mark.server


def test_a_second_start_finds_the_running_server(prefect_server: PrefectServer, home: Path) -> None:
    pid = prefect_server.status().pid
    again = PrefectServer(home)
    assert again.start() == prefect_server.status().api
    assert again.status().pid == pid


def test_the_status_says_where_the_api_and_the_pages_are(prefect_server: PrefectServer) -> None:
    status = prefect_server.status()
    assert status.state == "running"
    assert httpx.get(f"{status.api}/health", trust_env=False).json() is True
    assert "<title>Prefect" in httpx.get(str(status.ui), trust_env=False).text


def test_it_listens_on_loopback_alone(prefect_server: PrefectServer) -> None:
    connections = psutil.Process(prefect_server.status().pid).net_connections()
    assert {c.laddr.ip for c in connections if c.status == "LISTEN"} == {"127.0.0.1"}


def test_it_sends_no_usage_reports(prefect_server: PrefectServer) -> None:
    settings = httpx.get(f"{prefect_server.status().api}/admin/settings", trust_env=False).json()
    assert settings["server"]["analytics_enabled"] is False


def test_its_runs_are_kept_in_the_home(prefect_server: PrefectServer, home: Path) -> None:
    assert (home / "prefect" / "prefect.db").is_file()
    settings = httpx.get(f"{prefect_server.status().api}/admin/settings", trust_env=False).json()
    assert settings["home"] == str(home / "prefect")


def test_a_flow_run_is_recorded_there(prefect_server: PrefectServer) -> None:
    from prefect import flow

    @flow(name="answer", flow_run_name="the-answer")
    def answer() -> int:
        return 42

    assert answer() == 42
    found = httpx.post(f"{prefect_server.status().api}/flow_runs/filter", json={}, trust_env=False).json()
    assert ("the-answer", "COMPLETED") in [(run["name"], run["state_type"]) for run in found]


def test_a_server_that_never_ran_is_stopped(tmp_path: Path) -> None:
    status = PrefectServer(tmp_path).status()
    assert (status.state, status.api, status.ui, status.pid) == ("stopped", None, None, None)
    assert not PrefectServer(tmp_path).stop()


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PipelineError, match=r"cannot be used: Not a directory; .* set VLKGE_HOME"):
        PrefectServer(tmp_path / "file").start()
