"""Retraining on a schedule, and as soon as enough is new: in one process, or for the workers of a pool."""

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from prefect import Task, deploy, flow, get_client, serve, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import State, TaskRun
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.schedules import Cron, Interval, Schedule
from prefect.types.entrypoint import EntrypointType
from pydantic import BaseModel

from base.errors import InputError
from flows.retraining import schedule_names, times
from flows.retraining.flow import retrain
from flows.retraining.outcome import Retraining
from flows.runtime.crash_detection import TAG, detect_crashes
from flows.runtime.locks import GPU, RETRAINING
from flows.runtime.logs import LOGGED
from flows.runtime.place import set_limit
from flows.runtime.prefect_server import HEARTBEATS
from flows.runtime.services import echo, open_graph
from flows.runtime.settings import Settings
from flows.runtime.webhook import notify
from graph.predicted import registry


class Trigger(BaseModel):
    """How often is looked, in seconds, and how many new facts or decisions are enough; None: however many."""

    every: float
    facts: int | None
    decisions: int | None


class NewDataCount(BaseModel):
    """What is new since the newest model was trained, and the retraining that it led to."""

    since: datetime | None
    facts: int
    decisions: int
    retraining: Retraining | None


@flow(name="retrain-when-enough", **LOGGED)
def retrain_when_enough(*, facts: int | None, decisions: int | None, retraining: dict[str, Any]) -> NewDataCount:
    """Retrain where so many facts or so many decisions came since the newest model was trained, or there is none.

    `retraining` are the parameters of `retrain`.
    """
    news = count_news()
    counted = [(news.facts, facts), (news.decisions, decisions)]
    if news.since is not None and not any(enough is not None and count >= enough for count, enough in counted):
        return news
    return news.model_copy(update={"retraining": retrain(**retraining, always_train=True)})


def tell_failed_count(task: Task[..., Any], task_run: TaskRun, state: State[Any]) -> None:  # noqa: ARG001 (Prefect passes it)
    """Hook: what is new cannot be counted, so that nothing leads to a retraining; a failed one tells of itself."""
    notify("counting failed", f"what is new cannot be counted: {state.message}", state=state.name)


@task(cache_policy=NO_CACHE, on_failure=[tell_failed_count])
def count_news() -> NewDataCount:
    with open_graph(Settings()) as database:
        models = registry.models(database)
        if not models:
            return NewDataCount(since=None, facts=0, decisions=0, retraining=None)
        newest = models[0]
        trained = sum(row["seconds"] for row in newest.metrics.get("history", []))
        since = newest.created_at - timedelta(seconds=trained)  # what came while it was trained is new to it
        facts, decisions = registry.count_news(database, since)
    return NewDataCount(since=since, facts=facts, decisions=decisions, retraining=None)


def schedule(cron: str | None, interval: float | None, timezone: str) -> Schedule:
    """Times to run at, in a time zone such as Europe/Amsterdam, so that 2 o'clock stays 2 o'clock in summer.

    Raises InputError unless exactly one of both is given, and for what is no time zone, or no cron expression of five
    fields that ever comes due.
    """
    times.check(cron, interval, timezone)
    try:
        # Prefect itself looks at the time zone only when it has a server to ask.
        if cron is None:
            every = timedelta(seconds=interval or 0)
            IntervalSchedule(interval=every, timezone=timezone)
            return Interval(every, timezone=timezone)
        CronSchedule(cron=cron, timezone=timezone)
    except (ValueError, OverflowError) as error:
        raise InputError(f"this is no schedule: cron {cron!r}, interval {interval}, time zone {timezone!r}") from error
    return Cron(cron, timezone=timezone)


def deployments(
    parameters: dict[str, Any], when: Schedule, watch: Trigger | None, name: str, **how: Any
) -> list[RunnerDeployment]:
    """What is to be run, when and how; the runs import our modules, so that the package has to be installed there.

    Raises InputError where the name is that of another graph's schedule.
    """
    settings = Settings()
    with get_client(sync_client=True) as client:
        schedule_names.take_over(client, settings, name, parameters, watched=watch is not None)
    how |= {"entrypoint_type": EntrypointType.MODULE_PATH, "tags": [TAG, schedule_names.graph_tag(settings)]}
    # Prefect types these calls as if they could be awaited, which they cannot here.
    made = [cast(RunnerDeployment, retrain.to_deployment(name, schedule=when, parameters=parameters, **how))]
    if watch is not None:
        asked = {"facts": watch.facts, "decisions": watch.decisions, "retraining": parameters}
        watching = retrain_when_enough.to_deployment(
            schedule_names.watch_of(name), interval=watch.every, parameters=asked, **how
        )
        made.append(cast(RunnerDeployment, watching))
    return made


def serve_here(
    parameters: dict[str, Any], when: Schedule, watch: Trigger | None, name: str = schedule_names.DEFAULT
) -> None:
    """Run what is due in a child of this process, until it is stopped; the schedules pause with it."""
    with schedule_names.reserved(Settings(), name):
        set_limit(RETRAINING, 1)
        detect_crashes()
        # One at a time: what becomes due meanwhile waits, instead of starting only to be refused.
        serve(*deployments(parameters, when, watch, name), print_starting_message=False, limit=1)


def deploy_to(
    pool: str,
    gpus: int,
    parameters: dict[str, Any],
    when: Schedule,
    watch: Trigger | None,
    name: str = schedule_names.DEFAULT,
) -> list[UUID]:
    """Hand the schedules to the workers of a pool, made with type process where it is not there yet.

    At most `gpus` trainings and encodings share the GPUs of all workers.
    """
    with schedule_names.reserved(Settings(), name):
        # A worker of a pool does not know our settings.
        made = deployments(parameters, when, watch, name, job_variables={"env": HEARTBEATS})
        set_limit(RETRAINING, 1)
        set_limit(GPU, gpus)
        detect_crashes()
        with get_client(sync_client=True) as client:
            try:
                client.read_work_pool(pool)
            except ObjectNotFound:
                echo(f"making the work pool {pool!r}, of type process")
                client.create_work_pool(WorkPoolCreate(name=pool, type="process"))
        return cast(
            list[UUID], deploy(*made, work_pool_name=pool, print_next_steps_message=False, ignore_warnings=True)
        )
