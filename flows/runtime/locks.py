"""Who may work when: one retraining at a time, and only as much on a GPU as it holds."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from prefect.concurrency.sync import concurrency
from prefect.runtime import deployment, flow_run

from base.errors import PipelineError
from flows.runtime.home_lock import BusyError, home_lock
from flows.runtime.place import LEASE_SECONDS, Place, set_limit
from flows.runtime.settings import Settings

RETRAINING, GPU = "vlkge-retrain", "vlkge-gpu"
# Seconds that a night waits for a backup, or for whatever else needs the home to itself.
PATIENCE = 60 * 60
# Seconds that a scheduled night waits for other nights, of other folders or graphs: half of its time limit.
NIGHTS_PATIENCE = 6 * 60 * 60


@contextmanager
def retraining_lock(settings: Settings, wait: float = LEASE_SECONDS + 30, for_nights: float = 0) -> Iterator[Place]:
    """Hold what only one retraining may hold: a lock in the home folder, and Prefect's limit over all machines.

    Another one is waited for `for_nights` seconds; where that is 0, one of this machine is not waited for, and one
    elsewhere for `wait` seconds, since the place of one that was killed stays taken for LEASE_SECONDS. A backup, reset
    or the like is waited for, too. Raises BusyError where others are at work, and PipelineError where they were waited
    for in vain.
    """
    with ExitStack() as held:
        held.enter_context(home_lock(settings, patience=PATIENCE, for_nights=for_nights))
        set_limit(RETRAINING, 1)
        deadline = time.monotonic() + for_nights
        place = None
        while place is None:
            try:
                place = held.enter_context(Place(RETRAINING, flow="retrain").held(wait))
            except TimeoutError:
                if time.monotonic() < deadline:
                    continue
                refused = PipelineError if for_nights else BusyError
                raise refused(
                    f"another retraining is at work on another machine (Prefect's concurrency limit {RETRAINING!r}): "
                    f"it was waited for {max(wait, for_nights):g} seconds; one at a time"
                ) from None
        yield place


def night_patience() -> float:
    """How long this run waits for other retrainings: a scheduled one is nobody's second try, and would be lost.

    What is typed is refused at once; and what was started by a count of news is counted again soon.
    """
    scheduled = deployment.id is not None and flow_run.parent_flow_run_id is None
    return NIGHTS_PATIENCE if scheduled else 0


@contextmanager
def gpu_slot(device: str) -> Iterator[None]:
    """Wait for a place on the GPU where the work is done on one; `vlkge deploy --gpus` says how many there are.

    Raises InputError for a device that is none.
    """
    from models.device import pick_device

    if pick_device(device).type == "cpu":
        yield
        return
    with concurrency(GPU, occupy=1, lease_duration=LEASE_SECONDS):
        yield
