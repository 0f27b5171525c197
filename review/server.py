"""Serving the page: where, to whom, and what is refused because it would be unsafe."""

import getpass
import ipaddress
import os
import socket
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from base.errors import InputError
from graph.connection import Address, Database, connect
from graph.page.withheld import Withheld
from graph.pictures import PictureStore
from graph.rights import pattern_of
from graph.schema import setup_schema
from review.app import create_app
from review.context import Site
from review.doorkeeper import Doorkeeper
from review.impatience import Impatient, raise_file_limit
from review.language import checked_language
from review.queue_page import warm
from review.users import UsersFile, read_secret

PORT = 8383
EVERYWHERE = ("0.0.0.0", "::")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# A person waits for the answer, and the page says well what is wrong.
PATIENCE_SECONDS = 4.0
# A decision that waits for a transaction of somebody else, such as a forgotten one, is given up after this.
LIMIT_SECONDS = 30.0
# Longer than browsers and clients keep a connection: one that is closed just as it is used again is an error to them.
KEEP_ALIVE_SECONDS = 75


@dataclass(frozen=True)
class Serving:
    """Where the page is served.

    proxy: the address of a program in front that speaks https for it. url: by which address people call the page.
    """

    host: str = "127.0.0.1"
    port: int = PORT
    login: bool = False
    certificate: Path | None = None
    key: Path | None = None
    proxy: str | None = None
    url: str | None = None

    @property
    def secure(self) -> bool:
        return self.certificate is not None or self.proxy is not None

    @property
    def demands_login(self) -> bool:
        """Whoever is behind a proxy is somebody else, and so is whoever comes from another machine."""
        return self.login or self.proxy is not None or not is_loopback(self.host)

    @property
    def hosts(self) -> frozenset[str] | None:
        """The host names that requests may use; None: any, where it cannot be known which are the page's."""
        named = [str(urlsplit(self.url).hostname)] if self.url else []
        if not named and (self.proxy is not None or self.host in EVERYWHERE):
            return None
        own = [] if self.host in EVERYWHERE else [self.host.lower()]
        return frozenset(f"[{name}]" if ":" in name else name for name in [*LOOPBACK, *own, *named])

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"


def users_file(home: Path) -> UsersFile:
    """Who may log in to the page of this home folder."""
    return UsersFile(home / "review" / "users.json")


def check_serving(serving: Serving, users: UsersFile) -> None:
    """Raise InputError where the page would be open to others without a login, or its passwords readable on the way."""
    if (serving.certificate is None) != (serving.key is None):
        raise InputError("a certificate and its key go together: give both --certificate and --key")
    if serving.url is not None and (
        urlsplit(serving.url).scheme not in ("http", "https") or not urlsplit(serving.url).hostname
    ):
        raise InputError(f"the page's own address is {serving.url!r}; it must be like https://page.museum.example")
    if serving.url is not None and (beyond := serving.url.partition("://")[2].partition("/")[2]):
        raise InputError(
            f"the page's own address is {serving.url!r}; it needs a host name of its own, and under the path "
            f"{'/' + beyond!r} of another page it does not work"
        )
    if serving.proxy is not None:
        _check_proxy(serving.proxy)
    if serving.demands_login:
        if not users.all():
            where, option = _why_login(serving)
            raise InputError(
                f"{where} demands a login and there is no user yet: type "
                f"`vlkge review users add NAME --role curator`, or leave {option} out to serve this machine alone"
            )
        if not is_loopback(serving.host) and not serving.secure:
            raise InputError(
                f"{serving.host} can be reached by others, and without https they could read passwords: give "
                "--certificate and --key, or --proxy ADDRESS where a program in front speaks https"
            )


def _check_proxy(given: str) -> None:
    """Raise InputError where requests of the proxy could not be told: they are by its address, not by its name."""
    for part in given.split(","):
        try:
            ipaddress.ip_network(part.strip())
        except ValueError as error:
            raise InputError(
                f"the proxy is {given!r}; it must be the address from which its requests come, such as 127.0.0.1, or a "
                "network such as 172.18.0.0/16; several with commas"
            ) from error


def _why_login(serving: Serving) -> tuple[str, str]:
    """What demands a login, in words, and the options without which nothing does."""
    asked = {
        f"--proxy {serving.proxy}": serving.proxy is not None,
        "--login": serving.login,
        f"--host {serving.host}": not is_loopback(serving.host),
    }
    named = [said for said, given in asked.items() if given]
    return named[0], " and ".join(said.split()[0] for said in named)


def check_address(serving: Serving) -> None:
    """Raise InputError where nothing can be served at this address: it is taken, or not this machine's."""
    try:
        family, kind, _, _, place = socket.getaddrinfo(serving.host, serving.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as tried:
            if os.name == "posix":  # as the server does: a port that was left a moment ago is free
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(place)
    except OSError as error:
        raise InputError(
            f"the page cannot be served at {serving.host}, port {serving.port}: {error.strerror}; "
            "give another --port or --host"
        ) from error


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address; a name other than localhost may be anybody's."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def open_site(
    address: Address, home: Path, serving: Serving, *, not_shown: str | None = None, language: str | None = None
) -> Site:
    """The site of a graph and a home folder. not_shown: rights of pictures that are not shown, see `graph.rights`.

    language: of those who have chosen none; None: as their browser asks.
    Raises InputError where it would be unsafe, for wrong patterns of rights or an unknown language; PipelineError
    without a graph.
    """
    spoken = checked_language(language) if language else None
    users = users_file(home)
    rights = pattern_of(not_shown)
    check_serving(serving, users)
    database = connect(address, patience=PATIENCE_SECONDS, limit=LIMIT_SECONDS)
    setup_schema(Database(database.driver, address))
    return Site(
        database=database,
        pictures=PictureStore(home / "pictures"),
        thumbnails=home / "review" / "thumbnails",
        models=home / "models",
        secret=read_secret(home / "review" / "secret"),
        users=users if serving.demands_login else None,
        local_name=getpass.getuser(),
        door=Doorkeeper(home / "review" / "door.sqlite"),
        hosts=serving.hosts,
        secure=serving.secure,
        withheld=Withheld(database, rights) if rights else None,
        language=spoken,
    )


def serve(site: Site, serving: Serving) -> None:
    """Serve until interrupted. Raises InputError where the certificate and its key are none."""
    raise_file_limit()
    threading.Thread(target=warm, args=[site], daemon=True).start()
    try:
        uvicorn.run(
            create_app(site),
            host=serving.host,
            port=serving.port,
            log_level="warning",
            access_log=False,
            server_header=False,
            http=Impatient,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            proxy_headers=serving.proxy is not None,
            forwarded_allow_ips=serving.proxy,
            ssl_certfile=serving.certificate,
            ssl_keyfile=serving.key,
        )
    except ssl.SSLError as error:
        raise InputError(
            f"{serving.certificate} and {serving.key} are no certificate with its key (PEM): {error.reason or error}"
        ) from error
