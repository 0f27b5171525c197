"""Connections that leave for the web: to public addresses alone, and never longer than until one moment."""

import ipaddress
import ssl
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_network

import httpcore

# Prefixes under which an IPv6 address holds an IPv4 address, and how far from its end that stands, in bits.
HOLDING = (
    (ip_network("::/96"), 0),  # IPv4-compatible, RFC 4291
    (ip_network("::ffff:0:0/96"), 0),  # IPv4-mapped, RFC 4291
    (ip_network("::ffff:0:0:0/96"), 0),  # IPv4-translated, RFC 2765
    (ip_network("64:ff9b::/96"), 0),  # NAT64, RFC 6052
    (ip_network("64:ff9b:1::/48"), 0),  # NAT64 of one's own, RFC 8215
    (ip_network("2002::/16"), 80),  # 6to4, RFC 3056
)
# Of these, Python's versions disagree whether they are global: what they hold decides.
CARRIERS = [ip_network(text) for text in ("::ffff:0:0/96", "64:ff9b::/96", "2002::/16")]
# All that is given out to be asked by anybody (IANA's registry of IPv6 addresses), but for carriers.
GLOBAL = ip_network("2000::/3")
TEREDO = ip_network("2001::/32")
ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: the interface's identifier before the IPv4 address


class Waiting(Exception):
    """The time is over; the message says on what was waited."""


@dataclass(frozen=True)
class Outgoing(httpcore.NetworkBackend):
    """Connects for httpcore to hosts whose numbers were found, and checked, before.

    deadline: by the monotonic clock, for all that is done. most: bytes that a connection may bring.
    """

    deadline: float
    most: int
    numbers: dict[str, list[str]] = field(default_factory=dict)

    def find(self, host: str, resolve: Callable[[], list[str]]) -> None:
        """Note the numbers of a host that `resolve` returns. Raises Waiting where it takes too long."""
        # The system's look-up cannot be given a time, so it is left behind.
        pool = ThreadPoolExecutor(1)
        try:
            self.numbers[host] = pool.submit(resolve).result(remaining(self.deadline, host))
        except TimeoutError as error:
            raise Waiting(f"the name {host} was not resolved") from error
        finally:
            pool.shutdown(wait=False)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """To the first of the host's numbers that answers, each given its share of the time that is left."""
        numbers, failures = self.numbers[host], []
        for left, number in zip(range(len(numbers), 0, -1), numbers, strict=True):
            try:
                stream = httpcore.SyncBackend().connect_tcp(
                    number, port, within(self.deadline, timeout, host) / left, local_address, socket_options
                )
                return _Stream(stream, self.deadline, host, self.most)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failures.append(f"{number}: {error or 'no answer'}")
        remaining(self.deadline, host)
        raise httpcore.ConnectError("; ".join(failures))

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, remaining(self.deadline, "a pause")))


class _Stream(httpcore.NetworkStream):
    """A connection on which every wait ends at the deadline, and no more than so many bytes are read."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float, host: str, left: int) -> None:
        self.stream, self.deadline, self.host, self.left = stream, deadline, host, left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            octets = self.stream.read(max_bytes, within(self.deadline, timeout, self.host))
        except httpcore.ReadTimeout as error:
            raise Waiting(f"{self.host} had not sent all of it") from error
        self.left -= len(octets)
        if self.left < 0:
            raise httpcore.ProtocolError(f"{self.host} sends without an end")
        return octets

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self.stream.write(buffer, within(self.deadline, timeout, self.host))
        except httpcore.WriteTimeout as error:
            raise Waiting(f"{self.host} did not take what was asked") from error

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = within(self.deadline, timeout, self.host)
        try:
            secured = self.stream.start_tls(ssl_context, server_hostname, left)
        except httpcore.ConnectTimeout as error:
            raise Waiting(f"{self.host} did not agree on a secure connection") from error
        return _Stream(secured, self.deadline, self.host, self.left)

    def get_extra_info(self, info: str) -> object:
        return self.stream.get_extra_info(info)


def remaining(deadline: float, what: str) -> float:
    """Seconds until then. Raises Waiting where there are none."""
    if (left := deadline - time.monotonic()) <= 0:
        raise Waiting(f"{what} took too long")
    return left


def within(deadline: float, seconds: float | None, what: str) -> float:
    """So many seconds, or fewer where then is sooner. Raises Waiting where there are none."""
    left = remaining(deadline, what)
    return left if seconds is None else min(left, seconds)


def is_public(number: str) -> bool:
    """Whether an address may be asked by anybody, and the IPv4 address inside it, if there is one, too."""
    address = ipaddress.ip_address(number.partition("%")[0])
    held = held_address(address)
    if held is not None and any(address in network for network in CARRIERS):
        return held.is_global and not held.is_multicast
    if isinstance(address, IPv6Address) and address not in GLOBAL:
        return False
    return all(one.is_global and not one.is_multicast for one in (address, held) if one is not None)


def held_address(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside an IPv6 address, None where none is known to be."""
    if isinstance(address, IPv4Address):
        return None
    number = int(address)
    if address in TEREDO:
        return IPv4Address(~number & 0xFFFFFFFF)
    for network, shift in HOLDING:
        if address in network:
            return IPv4Address(number >> shift & 0xFFFFFFFF)
    if number >> 32 & 0xFFFFFFFF in ISATAP:
        return IPv4Address(number & 0xFFFFFFFF)
    return None
