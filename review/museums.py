"""Pictures of museums' image services, fetched in the page's name: a browser that reads the page asks no other host.

The page asks only where the graph says that a picture is from, and only for tiles.
"""

import base64
import binascii
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from graph import iiif_service
from graph.connection import Database
from graph.download import Limits, PictureError
from graph.iiif_service import Service, may_be_iiif
from graph.page.entities import read_picture_address
from graph.page.withheld import Withheld
from review.errors import NotFoundError
from review.language import gettext

KEPT_SECONDS = 600.0  # that a description of a picture is kept
MOST_KEPT = 256
AT_ONCE = 6  # requests to museums
PATIENCE_SECONDS = 15.0


@dataclass
class Museums:
    """The image services that were asked, by the addresses in the graph; several threads may ask at a time."""

    limits: Limits = field(default_factory=lambda: Limits(seconds=PATIENCE_SECONDS))
    known: dict[str, tuple[float, Service]] = field(default_factory=dict)
    turn: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE))

    def find(self, database: Database, name: str, withheld: Withheld | None) -> Service:
        """The service of an entity's picture. name: see `museum_address`.

        Raises NotFoundError where there is none, where its rights forbid it, and where it cannot be had.
        """
        address = _read_address(database, name, withheld)
        since, service = self.known.get(address, (0.0, None))
        if service is None or time.monotonic() - since > KEPT_SECONDS:
            with self._asking():
                service = iiif_service.find(address, self.limits)
            if len(self.known) >= MOST_KEPT:
                self.known.clear()
            self.known[address] = (time.monotonic(), service)
        return service

    def fetch(self, service: Service, region: str, size: str, last: str) -> tuple[bytes, str]:
        """A tile and its media type. Raises NotFoundError where it cannot be had."""
        with self._asking():
            return iiif_service.fetch_tile(service, region, size, last, self.limits)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        if not self.turn.acquire(timeout=PATIENCE_SECONDS):
            raise NotFoundError(gettext("Too many pictures of museums are asked for at this moment; try again."))
        try:
            yield
        except PictureError as error:
            said = gettext("The museum’s server does not give this picture: %(problem)s", problem=error)
            raise NotFoundError(said) from error
        finally:
            self.turn.release()


def museum_address(id_: str) -> str:
    """Where the page gives the picture of an entity as its museum has it."""
    return f"/iiif/museum/{base64.urlsafe_b64encode(id_.encode()).decode()}"


def _read_address(database: Database, name: str, withheld: Withheld | None) -> str:
    try:
        id_ = base64.urlsafe_b64decode(name.encode("ascii")).decode()
    except (binascii.Error, ValueError):
        id_ = ""
    found = read_picture_address(database, id_, rights=withheld.rights if withheld else None)
    if found is not None and may_be_iiif(found[0]) and (withheld is None or found[1] not in withheld):
        return found[0]
    raise NotFoundError(gettext("This entity has no picture at a IIIF address that the page shows."))
