"""Where the shards of long work run: processes of this machine, or a Dask cluster that was started elsewhere."""

from typing import Any, cast

from prefect.task_runners import TaskRunner
from prefect_dask.task_runners import DaskTaskRunner

from flows.runtime.settings import Settings


def dask_runner(workers: int | None, settings: Settings) -> TaskRunner[Any]:
    """Runs tasks on the cluster that VLKGE_DASK_ADDRESS names, else on so many new processes of this machine.

    Workers of a cluster need this program, the same VLKGE_HOME as a shared folder, and PREFECT_API_URL.
    """
    if settings.vlkge_dask_address is not None:
        return cast(TaskRunner[Any], DaskTaskRunner(address=settings.vlkge_dask_address))
    local = {"n_workers": workers, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
    return cast(TaskRunner[Any], DaskTaskRunner(cluster_kwargs=local))


def count_shards(workers: int | None, per_worker: int = 4) -> int:
    """Some shards for each worker, so that a slow one does not hold up the rest; a cluster's size is not known."""
    return per_worker * (workers or 4)
