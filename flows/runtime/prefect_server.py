"""The project's own Prefect server: loopback, SQLite in the home folder, left running between commands."""

import sys
from pathlib import Path

import httpx
from pydantic import BaseModel

from graph.server.process import BackgroundProcess, Ports, Program, State

# Not Prefect's own port, so that a server which the user starts finds that free.
FIRST_PORTS = {"prefect": 14200}
# 15 s on an idle laptop; the first start also creates the database.
START_SECONDS = 300
# The shortest time between two that Prefect allows; its own, 180 seconds, could not tell one that was lost from a kill.
HEARTBEATS = {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"}
LEASE_STORAGE = "prefect.server.concurrency.lease_storage.filesystem"


class PrefectStatus(BaseModel):
    """What is known of the Prefect server; addresses are None before its first start."""

    state: State
    api: str | None
    ui: str | None
    pid: int | None
    home: Path
    log_file: Path


class PrefectServer:
    """The Prefect server that keeps its runs in ``<home>/prefect``, which is its PREFECT_HOME."""

    def __init__(self, home: Path, keep_days: int = 90) -> None:
        """`keep_days`: so long runs, their logs and their artifacts are kept; 0: for ever."""
        self.keep_days = keep_days
        self.home = home.absolute() / "prefect"
        self.process = BackgroundProcess(self.home, "prefect")

    def start(self) -> str:
        """Start the server unless it runs; returns the address of its API, for PREFECT_API_URL.

        Raises PipelineError, in one sentence with the way out, where it does not start.
        """
        with self.process.exclusive():
            if self.process.find() is None:
                self.process.launch(FIRST_PORTS, self._program, self._answers, START_SECONDS)
            else:
                self.process.wait_until(self._answers, START_SECONDS)
        return f"{self._address()}/api"

    def stop(self) -> bool:
        """Stop the server; what it recorded stays. False where it was not running."""
        if not self.home.is_dir():
            return False
        with self.process.exclusive():
            return self.process.stop(patience=20)

    def status(self) -> PrefectStatus:
        address, process = self._address(), self.process.find()
        return PrefectStatus(
            state=self.process.state(self._answers),
            api=f"{address}/api" if address else None,
            ui=f"{address}/" if address else None,
            pid=process.pid if process else None,
            home=self.home,
            log_file=self.process.log_file,
        )

    def log_tail(self, lines: int = 50) -> str:
        """The last lines that the server logged."""
        return self.process.tail(lines)

    def _program(self, ports: Ports) -> Program:
        port = str(ports["prefect"])
        return Program(
            [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", port],
            {
                "PREFECT_HOME": str(self.home),
                "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
                "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{self.home / 'prefect.db'}",
                # In memory, Prefect's default, a place that was held when the server stopped stays taken for ever.
                "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": LEASE_STORAGE,
                "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs" if self.keep_days else "events",
                "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str((self.keep_days or 90) * 24 * 60 * 60),
                "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
                "DO_NOT_TRACK": "1",
            },
        )

    def _address(self) -> str | None:
        ports = self.process.ports()
        return f"http://127.0.0.1:{ports['prefect']}" if ports else None

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self._address()}/api/health", trust_env=False, timeout=10).is_success
        except httpx.TransportError:
            return False
