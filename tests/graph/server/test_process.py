"""Background programs: started once, found again, ended; small web servers stand for the big ones."""

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from base.errors import PipelineError
from graph.server.process import BackgroundProcess, Ports, Program

FIRST = {"http": 18100}


def web_server(ports: Ports) -> Program:
    return Program([sys.executable, "-m", "http.server", str(ports["http"]), "--bind", "127.0.0.1"])


def launch(process: BackgroundProcess) -> None:
    def answers() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{process.ports()['http']}/", trust_env=False).is_success
        except httpx.TransportError:
            return False

    process.launch(FIRST, web_server, answers, timeout=60)


@pytest.fixture
def process(tmp_path: Path) -> Iterator[BackgroundProcess]:
    process = BackgroundProcess(tmp_path, "web")
    yield process
    process.stop()


def test_a_program_is_found_again_and_stopped(process: BackgroundProcess) -> None:
    launch(process)
    again = BackgroundProcess(process.folder, "web")
    found = again.find()
    assert found is not None
    assert again.state(lambda: True) == "running"
    assert again.state(lambda: False) == "starting"
    assert again.stop()
    assert not found.is_running()
    assert again.state(lambda: True) == "stopped"
    assert not process.pid_file.exists()


def test_a_killed_program_is_not_running(process: BackgroundProcess) -> None:
    launch(process)
    found = process.find()
    assert found is not None
    found.kill()
    found.wait()
    assert process.find() is None
    assert not process.stop()


def test_another_program_under_the_old_pid_is_left_alone(process: BackgroundProcess) -> None:
    process.pid_file.write_text(json.dumps({"pid": os.getpid(), "arguments": ["-m", "http.server"]}))
    assert process.find() is None
    assert not process.stop()


def test_a_damaged_pid_file_is_a_stopped_program(process: BackgroundProcess) -> None:
    process.pid_file.write_text('{"pid": 12')
    assert process.find() is None


def test_the_ports_are_kept_from_start_to_start(process: BackgroundProcess) -> None:
    launch(process)
    ports = process.ports()
    process.stop()
    launch(process)
    assert process.ports() == ports


def test_a_taken_port_is_replaced_and_said(process: BackgroundProcess, caplog: pytest.LogCaptureFixture) -> None:
    launch(process)
    port = process.ports()["http"]
    process.stop()
    with socket.create_server(("127.0.0.1", port)):
        launch(process)
        assert process.ports()["http"] > port
    assert f"Port {port} (http) is taken by another program; using {process.ports()['http']}." in caplog.text


def test_an_answer_from_another_program_on_the_port_does_not_count(process: BackgroundProcess) -> None:
    process.ports_file.write_text(json.dumps({"http": 18150}))
    with socket.create_server(("127.0.0.1", 18150)):
        process.start(Program([sys.executable, "-c", "import time; time.sleep(600)"]))
        assert process.state(lambda: True) == "starting"


def test_a_port_that_is_taken_during_the_start_is_given_up(process: BackgroundProcess) -> None:
    rivals: list[socket.socket] = []

    def slow_server(ports: Ports) -> Program:
        if not rivals:
            rivals.append(socket.create_server(("127.0.0.1", ports["http"])))
        return web_server(ports)

    process.launch(FIRST, slow_server, lambda: True, timeout=60)
    assert process.ports()["http"] != rivals[0].getsockname()[1]
    assert process.state(lambda: True) == "running"
    rivals[0].close()


def test_a_program_that_ends_while_starting_shows_its_log(process: BackgroundProcess) -> None:
    process.start(Program([sys.executable, "-c", "raise SystemExit('no such luck')"]))
    with pytest.raises(PipelineError, match=r"web ended while starting; the end of .*web\.log:\nno such luck"):
        process.wait_until(lambda: False, timeout=60)


def test_a_program_that_never_gets_ready_is_stopped(process: BackgroundProcess) -> None:
    process.start(Program([sys.executable, "-c", "import time; time.sleep(600)"]))
    found = process.find()
    assert found is not None
    with pytest.raises(PipelineError, match="web was not ready after 1 seconds"):
        process.wait_until(lambda: False, timeout=1)
    assert not found.is_running()


def test_a_program_that_does_not_listen_is_killed_with_its_children(process: BackgroundProcess) -> None:
    child = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    )
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    process.start(Program([sys.executable, "-c", parent]))
    process.wait_until(lambda: "up" in process.tail(), timeout=60)
    found = process.find()
    assert found is not None
    family = [found, *found.children()]
    assert len(family) == 2
    process.stop(patience=0.5)
    assert not any(member.is_running() and member.status() != psutil.STATUS_ZOMBIE for member in family)


def test_of_two_starts_at_once_the_second_finds_the_first(process: BackgroundProcess) -> None:
    found: list[int] = []

    def start() -> None:
        mine = BackgroundProcess(process.folder, "web")
        with mine.exclusive():
            if mine.find() is None:
                launch(mine)
            running = mine.find()
            assert running is not None
            found.append(running.pid)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1


def test_the_program_outlives_a_ctrl_c_at_the_terminal(process: BackgroundProcess) -> None:
    launch(process)
    found = process.find()
    assert found is not None
    assert os.getpgid(found.pid) != os.getpgid(0)
    assert found.is_running()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    process = BackgroundProcess(tmp_path / "file" / "web", "web")
    with (
        pytest.raises(PipelineError, match=f"{process.folder} cannot be used: Not a directory; .* set VLKGE_HOME"),
        process.exclusive(),
    ):
        pass
    assert process.find() is None
    assert process.ports() == {}
