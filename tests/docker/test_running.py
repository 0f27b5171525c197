"""The server installation, started for real: docs/server.md's commands on an engine of the test's own.

One installation for all tests, which follow each other as its life does.
"""

import json
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.docker import engine
from tests.docker.engine import ROOT, SERVICES, Compose, wait_until
from tests.flows.museum import write_folder

pytestmark = [pytest.mark.server, pytest.mark.skipif(bool(engine.missing()), reason=engine.missing())]
CONFIG = """
pause = 5
[train]
dimension = 8
epochs = 12
modalities = ["structural"]
batch_size = 32
[gate]
margin = 0.15
relation_margin = 0.3
"""
PATIENCE = 60  # seconds for an answer, on a machine however busy
PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:
    """All services, started; a small museum to ingest lies in the folder of sources."""
    with ExitStack() as stack:
        try:
            address = stack.enter_context(engine.engine(tmp_path_factory.mktemp("engine")))
            engine.make_images(address, tmp_path_factory.mktemp("images"))
        except engine.UnavailableError as error:
            pytest.skip(str(error))
        compose = engine.install(address, tmp_path_factory.mktemp("installation") / "docker")
        write_folder(compose.folder / "sources" / "museum", 60)
        (compose.folder / "sources" / "retrain.toml").write_text(CONFIG)
        try:
            typed = ["run", "--rm", "--no-TTY", "review", "vlkge", "review", "users", "add", "ana", "--role", "curator"]
            compose(*typed, "--password", PASSWORD)
            compose("up", "--detach")
            yield compose
        finally:
            print(compose("logs", "--no-color", "--tail", "40", check=False), file=sys.stderr)
            compose("down", "--volumes", "--timeout", "20", check=False)


def prefect(installation: Compose, route: str, given: dict[str, Any]) -> Any:
    """What Prefect's API answers from outside, with the password of its secret."""
    user, _, password = (installation.folder / "secrets" / "prefect_auth").read_text().partition(":")
    address = f"http://127.0.0.1:{installation.settings['PREFECT_PORT']}/api/{route}"
    answer = httpx.post(address, json=given, auth=(user, password), timeout=PATIENCE, trust_env=False)
    return answer.raise_for_status().json()


def champion(installation: Compose) -> str:
    found = re.search(r"(\S+) │ champion", installation.vlkge("models", "list"))
    return found[1] if found else ""


def test_five_services_become_healthy(installation: Compose) -> None:
    wait_until(installation.are_healthy, 240)


def test_the_page_asks_who_one_is(installation: Compose) -> None:
    address = f"https://127.0.0.1:{installation.settings['REVIEW_PORT']}"
    with httpx.Client(base_url=address, verify=False, trust_env=False, timeout=PATIENCE) as browser:
        assert browser.get("/queue").headers["location"] == "/login?next=%2Fqueue"
        login = browser.get("/login").text
        token = re.search(r'name="token" value="([^"]+)"', login)
        assert token is not None
        given = {"token": token[1], "next": "/queue", "name": "ana", "password": PASSWORD}
        assert browser.post("/login", data=given, headers={"origin": address}).headers["location"] == "/queue"
        assert browser.get("/queue").status_code == 200


def test_prefects_page_is_served_and_its_api_asks_for_the_password(installation: Compose) -> None:
    address = f"http://127.0.0.1:{installation.settings['PREFECT_PORT']}"
    page = httpx.get(f"{address}/runs", headers={"accept": "text/html"}, trust_env=False, timeout=PATIENCE)
    assert (page.status_code, "Prefect" in page.text) == (200, True)
    asset = re.search(r'src="(/[^"]+\.js)"', page.text)
    assert asset is not None
    assert httpx.get(f"{address}{asset[1]}", trust_env=False, timeout=PATIENCE).status_code == 200
    assert httpx.post(f"{address}/api/flows/count", trust_env=False, timeout=PATIENCE).status_code == 401


def test_the_doctor_finds_nothing_wrong(installation: Compose) -> None:
    assert "database │ ok" in installation.vlkge("doctor")


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_is_root_and_nobody_can_become_it(installation: Compose, service: str) -> None:
    found = installation.inspect(service)
    process = dict(
        line.split(":\t", 1) for line in Path(f"/proc/{found['State']['Pid']}/status").read_text().splitlines()
    )
    assert "0" not in process["Uid"].split()
    assert (int(process["CapEff"], 16), process["NoNewPrivs"]) == (0, "1")
    if service != "neo4j":  # whose published image chooses its own
        assert int(process["CapBnd"], 16) == 0
    named = [mount for mount in found["Mounts"] if mount["Type"] == "volume"]
    assert all(mount["Name"].startswith("vlkge_") for mount in named), "a volume without a name is left behind"


@dataclass
class Night:
    """A run of the deployed retraining, asked for at once."""

    installation: Compose
    id: str

    @classmethod
    def begin(cls, installation: Compose) -> "Night":
        (deployment,) = prefect(installation, "deployments/filter", {})
        route = f"deployments/{deployment['id']}/create_flow_run"
        return cls(installation, prefect(installation, route, {"state": {"type": "SCHEDULED"}})["id"])

    def state(self) -> str:
        try:
            (run,) = prefect(self.installation, "flow_runs/filter", {"flow_runs": {"id": {"any_": [self.id]}}})
            return str(run["state_name"])
        except httpx.HTTPError:
            return "Prefect is away"

    def wait_for(self, *states: str, seconds: float) -> str:
        wait_until(lambda: self.state() in states, seconds)
        return self.state()


ENDS = ("Completed", "Failed", "Crashed")


def test_a_retraining_survives_a_killed_prefect_and_a_killed_database(installation: Compose) -> None:
    installation.vlkge("ingest", "/sources/museum")
    typed = ("--config", "/sources/retrain.toml", "--cron", "0 2 * * *", "--timezone", "Europe/Amsterdam")
    assert "Start a worker" in installation.vlkge("deploy", "/sources/museum", *typed)
    night = Night.begin(installation)
    night.wait_for("Running", seconds=90)
    installation.kill("prefect")
    time.sleep(2)
    installation.kill("neo4j")
    assert night.wait_for(*ENDS, seconds=240) == "Completed"
    assert champion(installation)


def test_the_log_is_json_lines_and_tells_nothing_twice(installation: Compose) -> None:
    worker = installation("ps", "--quiet", "worker").strip()
    told = [json.loads(line) for line in engine.docker(installation.address, "logs", worker).splitlines()]
    ended = [line["flow"] for line in told if line.get("step") == "end"]
    assert ended.count("retrain") == 1
    said = [line["message"] for line in told if line.get("flow") == "retrain" and line["message"].startswith("· ")]
    assert said.count("· make_plan") == 1


@pytest.fixture(scope="module")
def killed(installation: Compose) -> Night:
    """A retraining whose worker was killed with it."""
    night = Night.begin(installation)
    night.wait_for("Running", seconds=90)
    installation.kill("worker")
    return night


def test_after_a_night_whose_worker_was_killed_the_next_one_runs(installation: Compose, killed: Night) -> None:
    next_one = Night.begin(installation)
    assert next_one.id != killed.id
    assert next_one.wait_for(*ENDS, seconds=300) == "Completed"
    assert champion(installation)


def test_what_is_killed_comes_back(installation: Compose) -> None:
    before = {service: installation.inspect(service)["RestartCount"] for service in SERVICES}
    for service in ("worker", "review", "postgres"):
        installation.kill(service)
    wait_until(
        lambda: all(installation.inspect(name)["RestartCount"] > before[name] for name in ("worker", "review")), 60
    )
    wait_until(installation.are_healthy, 240)
    assert "deployments retrain the champion" in installation.vlkge("doctor")


def test_the_killed_night_is_told_as_crashed(killed: Night) -> None:
    assert killed.wait_for(*ENDS, seconds=400) == "Crashed"


def test_graph_models_and_schedule_come_back_into_new_volumes(installation: Compose) -> None:
    """The lines of docs/server.md, as they stand there."""
    before = champion(installation)
    links = installation.vlkge("query", "count_facts", "--json")
    away, back = blocks()
    backups = installation.folder.parent / "backups"
    for line in away:
        type_in(installation, line, backups)
    installation("down", "--volumes", "--timeout", "30")
    for line in back:
        type_in(installation, line, backups)
    wait_until(installation.are_healthy, 240)
    assert champion(installation) == before
    assert installation.vlkge("query", "count_facts", "--json") == links
    (deployment,) = prefect(installation, "deployments/filter", {})
    assert [each["schedule"]["cron"] for each in deployment["schedules"]] == ["0 2 * * *"]
    assert "deployments retrain the champion" in installation.vlkge("doctor")


def blocks() -> tuple[list[str], list[str]]:
    """What docs/server.md says to type to back the compose installation up, and to bring it back."""
    section = (ROOT / "docs" / "server.md").read_text("utf-8").partition("In the compose installation")[2]
    out, _, rest = section.partition("and back, into new volumes")
    typed = [[line.strip() for line in part.splitlines() if line.startswith("    ")] for part in (out, rest)]
    return typed[0], typed[1][: typed[1].index("docker compose --file docker/compose.yaml up --detach") + 1]


def type_in(installation: Compose, line: str, backups: Path) -> None:
    """One line of the documentation, with its redirection, in the installation's own folders."""
    if line.startswith("mkdir"):
        subprocess.run(["sh", "-c", line], cwd=backups.parent, check=True)
        return
    command, _, target = line.partition(" > ")
    command, _, source = command.partition(" < ")
    words = shlex.split(command.replace("$PWD/backups", str(backups)))
    assert words[:4] == ["docker", "compose", "--file", "docker/compose.yaml"]
    words = [*words[4:5], *(["--no-TTY"] if words[4] == "run" else []), *words[5:]]
    stdin = (backups.parent / source).read_text() if source else None
    printed = installation(*words, stdin=stdin)
    if target:
        (backups.parent / target).write_text(printed)
