"""Runs whose process was killed are marked as crashed: Prefect's own way, by heartbeats and an automation."""

from datetime import timedelta
from typing import Any

from prefect import Flow, get_client
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import Event, RelatedResource, Resource, ResourceSpecification
from prefect.settings import get_current_settings

NAME = "vlkge: runs that were killed are crashed"
# Runs send a heartbeat every 30 seconds (`flows.runtime.prefect_server`); a Prefect that starts misses some.
SILENCE_SECONDS = 300
TAG = "vlkge"
HEARTBEAT, BEGIN = "prefect.flow-run.heartbeat", "prefect.flow-run.Running"
ENDS = {f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "Cancelled", "Crashed")}
TAGGED = {"prefect.resource.role": "tag", "prefect.resource.id": f"prefect.tag.{TAG}"}
OURS = ResourceSpecification(dict(TAGGED))


def tag_run(flow: Flow[..., Any], run: FlowRun, _: State[Any]) -> None:  # noqa: ARG001 (Prefect passes them)
    """Hook: a run begins. Our tag tells it from runs of others, whose flows may be called as ours are."""
    if TAG not in run.tags:
        with get_client(sync_client=True) as client:
            client.update_flow_run(run.id, tags=[*run.tags, TAG])
            if get_current_settings().flows.heartbeat_frequency:
                # Waited for, as Prefect's own are not: one that is killed at once has sent none.
                client.request("POST", "/events", json=[_heartbeat(run).model_dump(mode="json")])


def _heartbeat(run: FlowRun) -> Event:
    """As Prefect sends it."""
    resource = {"prefect.resource.id": f"prefect.flow-run.{run.id}", "prefect.resource.name": run.name}
    return Event(event=HEARTBEAT, resource=Resource(resource), related=[RelatedResource(TAGGED)])


def detect_crashes(silence: float = SILENCE_SECONDS) -> None:
    """Let the server mark those of our runs as crashed that have been silent for so many seconds.

    Made once; one that an earlier version made, which went by the names of flows, is brought to this one.
    """
    with get_client(sync_client=True) as client:
        made = client.read_automations_by_name(NAME)
        former = [automation for automation in made if getattr(automation.trigger, "match_related", None) != OURS]
        for automation in former:
            client.delete_automation(automation.id)
        if len(former) == len(made):
            client.create_automation(_automation(silence))


def _automation(silence: float) -> AutomationCore:
    return AutomationCore(
        name=NAME,
        description="The process of such a run was killed, or its machine went down.",
        trigger=EventTrigger(
            after={BEGIN, HEARTBEAT},  # schedules have the tag from the beginning
            expect={HEARTBEAT, *ENDS},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            match_related=OURS,
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
