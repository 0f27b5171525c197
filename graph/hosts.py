"""Hosts of pictures: one that never answers is not waited for thousands of times."""

from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from graph.download import Limits, PictureError, UnreachableError, download

MOST_SILENT = 16  # times in a row


@dataclass
class Hosts:
    """silent: how often in a row each host did not answer. Several threads may ask at a time."""

    silent: Counter[str] = field(default_factory=Counter)

    def ask(self, address: str, limits: Limits) -> bytes:
        """The body behind an address, as download gives it; a host that was silent too often is not asked again.

        Raises PictureError.
        """
        try:
            host = urlsplit(address).netloc
        except ValueError as error:  # such as http://[
            raise PictureError(f"{address!r} is no address: {error}") from error
        if self.silent[host] >= MOST_SILENT:
            raise UnreachableError(
                f"{host} did not answer {MOST_SILENT} times in a row and is not asked again in this run"
            )
        try:
            body = download(address, limits)
        except UnreachableError:
            self.silent[host] += 1
            raise
        except PictureError:
            self.silent[host] = 0
            raise
        self.silent[host] = 0
        return body
