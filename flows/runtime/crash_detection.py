"""Runs whose process was killed are marked as crashed: Prefect's own way, by heartbeats and an automation."""

from datetime import timedelta

from prefect import get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

NAME = "vlkge: runs that were killed are crashed"
# Runs send a heartbeat every 30 seconds (`flows.runtime.prefect_server`); a Prefect that starts misses some.
SILENCE_SECONDS = 300
FLOWS = [
    "adopt", "bulk-ingest", "compare-models", "detect-errors", "encode", "evaluate", "evaluate-seeds", "export",
    "ingest", "predict", "retrain", "retrain-when-enough", "run", "train", "tune", "unadopt",
]  # fmt: skip
HEARTBEAT, BEGIN = "prefect.flow-run.heartbeat", "prefect.flow-run.Running"
ENDS = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")}


def detect_crashes(silence: float = SILENCE_SECONDS) -> None:
    """Let the server mark those of our runs as crashed that have been silent for so many seconds; made once."""
    with get_client(sync_client=True) as client:
        if client.read_automations_by_name(NAME):
            return
        client.create_automation(
            AutomationCore(
                name=NAME,
                description="The process of such a run was killed, or its machine went down.",
                trigger=EventTrigger(
                    after={BEGIN, HEARTBEAT},  # one that is killed at once sends none
                    expect={HEARTBEAT, *ENDS},
                    match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
                    match_related=ResourceSpecification(
                        {"prefect.resource.role": "flow", "prefect.resource.name": FLOWS}
                    ),
                    for_each={"prefect.resource.id"},
                    posture=Posture.Proactive,
                    threshold=1,
                    within=timedelta(seconds=silence),
                ),
                actions=[
                    ChangeFlowRunState(
                        state=StateType.CRASHED,
                        message=f"no heartbeat for {silence:g} seconds: the process of this run was killed",
                    )
                ],
            )
        )
