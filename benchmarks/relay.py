"""A loopback relay in front of a server, which can be cut: clients then find the server away, as in an outage."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Relay:
    """Passes bytes between its own port and a server, until `cut`; `mend` brings it back on the same port."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.open: set[socket.socket] = set()
        self.listener: socket.socket | None = None
        self.port = 0
        self.mend()

    def mend(self) -> None:
        """Take connections again."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen()
        self.port = listener.getsockname()[1]
        self.listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """End all connections and refuse new ones."""
        if self.listener is not None:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None
        for end in list(self.open):
            _close(end)

    @contextmanager
    def outage(self, seconds: float) -> Iterator[None]:
        """Be away from now on for so many seconds, while the block goes on."""
        self.cut()
        timer = threading.Timer(seconds, self.mend)
        timer.start()
        try:
            yield
        finally:
            timer.join()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
                server = socket.create_connection(self.target)
            except OSError:
                return
            for source, sink in ((client, server), (server, client)):
                self.open.add(source)
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):  # either end is gone, which is all there is to know
            while part := source.recv(2**16):
                sink.sendall(part)
        for end in (source, sink):
            _close(end)
            self.open.discard(end)


def _close(end: socket.socket) -> None:
    with suppress(OSError):  # the other side may have closed it already
        end.shutdown(socket.SHUT_RDWR)
    end.close()
