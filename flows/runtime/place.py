"""A place under one of Prefect's global concurrency limits, kept for as long as the work lasts.

Prefect's own ``concurrency`` gives a place up after three failed renewals, within seconds: a server that is started
again in the night would end the retraining, or let a second one in.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from uuid import UUID

import httpx
from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate, GlobalConcurrencyLimitUpdate
from prefect.client.schemas.filters import FlowFilter, FlowFilterName, FlowRunFilter, FlowRunFilterState
from prefect.client.schemas.filters import FlowRunFilterStateType as StateTypes
from prefect.client.schemas.objects import ConcurrencyLeaseHolder, FlowRun, StateType
from prefect.exceptions import ObjectNotFound
from prefect.runtime import flow_run

from base.errors import PipelineError

logger = logging.getLogger(__name__)

# The shortest that Prefect gives out: after so long, the place of a process that was killed is free again.
LEASE_SECONDS = 60.0
RENEWAL_SECONDS = 15.0
# Between two looks whether a place is free.
LOOK_SECONDS = 2.0
LOCKED, GONE = 423, 410


class LostError(PipelineError):
    """The place went to somebody else while Prefect was away."""


class Place:
    """One place under `limit`, renewed by a thread of its own; Prefect may be stopped and started meanwhile."""

    def __init__(self, limit: str, flow: str) -> None:
        """`flow` is the flow whose runs hold such places: a place is stuck where none of them is at work."""
        self.limit = limit
        self.flow = flow
        self.run = UUID(str(flow_run.id)) if flow_run.id else None
        self.lease: UUID | None = None
        self.lost = False
        self.ended = threading.Event()

    @contextmanager
    def held(self, wait: float) -> Iterator["Place"]:
        """Take the place, waiting at most `wait` seconds, and give it back at the end. Raises TimeoutError."""
        with get_client(sync_client=True) as client:
            self._wait(client, wait)
        # In the same context: what Prefect's settings are in it, they would not be in a thread.
        keep = copy_context().run
        keeper = threading.Thread(target=keep, args=(self._keep,), name=f"place-{self.limit}", daemon=True)
        keeper.start()
        try:
            yield self
        finally:
            self.ended.set()
            keeper.join(timeout=RENEWAL_SECONDS)
            self._give_back()

    def check(self) -> None:
        """Raise LostError where the place is another's by now: what comes next would be done twice at a time."""
        if self.lost:
            raise LostError(
                f"Prefect was away for longer than {LEASE_SECONDS:g} seconds, and this run's place under its limit "
                f"{self.limit!r} went to another: nothing was put in force; the other one goes on"
            )

    def _wait(self, client: SyncPrefectClient, wait: float) -> None:
        deadline = time.monotonic() + wait
        while not self._take(client):
            if time.monotonic() < deadline:
                time.sleep(LOOK_SECONDS)
                continue
            # A holder that lives has renewed by now, and one that died has run out: what is left belongs to nobody.
            if wait < LEASE_SECONDS or self._others(client):
                raise TimeoutError
            self._free(client)
            deadline = time.monotonic() + LOOK_SECONDS

    def _take(self, client: SyncPrefectClient) -> bool:
        holder = ConcurrencyLeaseHolder(type="flow_run", id=self.run) if self.run else None
        try:
            answer = client.increment_concurrency_slots_with_lease(
                [self.limit], 1, "concurrency", LEASE_SECONDS, holder
            )
        except httpx.HTTPStatusError as error:
            if error.response.status_code == LOCKED:
                return False
            raise
        self.lease = UUID(answer.json()["lease_id"])
        return True

    def _keep(self) -> None:
        while not self.ended.wait(RENEWAL_SECONDS) and not self.lost:
            try:
                with get_client(sync_client=True) as client:
                    self._renew(client)
            except Exception as error:
                # Prefect is away; whether the place is still ours is known when it is back.
                logger.warning("Prefect does not renew the place under %r: %s; asked again", self.limit, error)

    def _renew(self, client: SyncPrefectClient) -> None:
        try:
            client.renew_concurrency_lease(self.lease, LEASE_SECONDS)  # type: ignore[arg-type]
        except httpx.HTTPStatusError as error:
            if error.response.status_code != GONE:
                raise
            self._take_again(client)

    def _take_again(self, client: SyncPrefectClient) -> None:
        """After the lease ran out, or was forgotten by a server that keeps leases in memory."""
        if self._take(client):
            return
        if self._others(client):
            self.lost = True
            return
        self._free(client)
        self.lost = not self._take(client)

    def _others(self, client: SyncPrefectClient) -> list[FlowRun]:
        """Runs of the flow that Prefect knows to be at work, but for this one."""
        running = client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=[self.flow])),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=StateTypes(any_=[StateType.RUNNING]))),
        )
        return [run for run in running if run.id != self.run]

    def _free(self, client: SyncPrefectClient) -> None:
        logger.warning("the place under %r was taken and nobody at work held it; it is freed", self.limit)
        client.update_global_concurrency_limit(self.limit, GlobalConcurrencyLimitUpdate(active_slots=0))

    def _give_back(self) -> None:
        """Where Prefect is away just now, the lease runs out by itself."""
        with suppress(Exception), get_client(sync_client=True) as client:
            client.release_concurrency_slots_with_lease(self.lease)  # type: ignore[arg-type]


def set_limit(name: str, places: int) -> None:
    """Let so many hold a limit at a time; it is made where it is not there yet."""
    with get_client(sync_client=True) as client:
        try:
            client.read_global_concurrency_limit_by_name(name)
        except ObjectNotFound:
            client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=name, limit=places))
            return
        client.update_global_concurrency_limit(name, GlobalConcurrencyLimitUpdate(limit=places))
