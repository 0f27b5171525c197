"""What doctor looks at for nights that run themselves: places, schedules, and the room that they take."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from flows.runtime.finding import Finding, ok, warn
from flows.runtime.settings import Settings

RETRAINING = "vlkge-retrain"
NAMED = {"flows": {"name": {"any_": ["retrain", "retrain-when-enough"]}}}


def look_at_nights(api: str, login: tuple[str, str] | None, champion: bool) -> Iterator[Finding]:
    """Places that nobody holds, and a champion that no schedule retrains; nothing where Prefect does not answer."""
    with httpx.Client(base_url=f"{api}/", auth=login, trust_env=False, timeout=10) as client:
        try:
            yield from _look_at_places(client, api)
            if champion:
                yield _look_at_schedule(client)
        except (httpx.HTTPError, ValueError, KeyError):
            return  # that it does not answer is told already


def _look_at_places(client: httpx.Client, api: str) -> Iterator[Finding]:
    limit = client.get(f"v2/concurrency_limits/{RETRAINING}")
    if limit.status_code == httpx.codes.NOT_FOUND:
        return
    taken = int(limit.raise_for_status().json()["active_slots"])
    running = _ask(client, "flow_runs", {**NAMED, "flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}})
    if taken and not running:
        advice = (
            f"the next retraining frees it within 90 seconds; by hand: PREFECT_API_URL={api} "
            f"prefect gcl update {RETRAINING} --active-slots 0"
        )
        yield warn("nights", f"Prefect's limit {RETRAINING} has a place taken and no retraining is at work", advice)


def _look_at_schedule(client: httpx.Client) -> Finding:
    deployed = _ask(client, "deployments", NAMED)
    if not deployed:
        advice = "vlkge deploy DIR --cron …, or vlkge serve; where nights are not wanted, nothing"
        return warn("schedule", "there is a champion, and no deployment retrains it", advice)
    awake = [deployment for deployment in deployed if not deployment["paused"]]
    if not awake:
        advice = "vlkge serve again, or resume it on Prefect's page under Deployments"
        return warn("schedule", "there is a champion, and the deployments that retrain it are paused", advice)
    # As Prefect has not been asked for its runs for a minute; a process that was killed pauses nothing.
    if all(deployment["status"] == "NOT_READY" for deployment in awake):
        advice = "start `vlkge serve` again, or a worker: prefect worker start --pool POOL"
        found = "there is a champion, and no process looks for what its deployments have due"
        return warn("schedule", found, advice)
    return ok("schedule", f"{len(awake)} deployments retrain the champion")


def _ask(client: httpx.Client, what: str, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.post(f"{what}/filter", json=wanted).raise_for_status().json()
    return found


def look_at_sizes(settings: Settings) -> Finding:
    """What the home folder holds, and how long it is kept."""
    home = settings.vlkge_home
    parts = {
        "graph": home / "neo4j",
        "models": settings.models,
        "pictures": settings.pictures,
        "log": settings.logs,
        "Prefect": home / "prefect",
    }
    found = ", ".join(f"{name} {_megabytes(folder):,.0f} MB" for name, folder in parts.items() if folder.is_dir())
    days = settings.vlkge_keep_days
    kept = f"{days} days are kept of refused models, lists, logs and runs" if days else "everything is kept for ever"
    return ok("kept", f"{found or 'nothing yet'}; {kept} (VLKGE_KEEP_DAYS)")


def _megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink()) / 1e6
