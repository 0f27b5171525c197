"""A protocol that closes connections on which no request comes, so that they cannot use up what the page has."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

# From the connection, or from the first byte of a further request, to its last byte.
REQUEST_SECONDS = 30.0
FILES = 65_536


class Impatient(H11Protocol):
    """HTTP/1.1 of uvicorn, which by itself waits for ever for the first request, and for the rest of a begun one."""

    seconds = REQUEST_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline: asyncio.TimerHandle | None = self.loop.call_later(self.seconds, self._give_up)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._is_due():
            self._stop()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.seconds, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop()

    def _is_due(self) -> bool:
        """Whether a request has begun, or the first has not; between two the server's own limit holds."""
        return self.cycle is None or self.cycle.more_body or bool(self.conn.trailing_data[0])

    def _give_up(self) -> None:
        self._deadline = None
        if self._is_due():
            self.transport.close()

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def raise_file_limit(most: int = FILES) -> None:
    """Let this process have as many open connections as its hard limit allows; on Windows there is no such limit."""
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
