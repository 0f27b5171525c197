"""`vlkge review`: the curators' page, and who may log in to it."""

import getpass
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.runtime.output import Json, print_json, print_table

if TYPE_CHECKING:
    from review.users import UsersFile

app = typer.Typer()
review = typer.Typer(invoke_without_command=True, help="Serve the curators' page.")
users = typer.Typer(no_args_is_help=True, help="Manage who may log in to the page.")
opinions = typer.Typer(no_args_is_help=True, help="Say on which relations two people must agree.")
review.add_typer(users, name="users")
review.add_typer(opinions, name="opinions")
app.add_typer(review, name="review")


class Role(StrEnum):
    viewer = "viewer"
    curator = "curator"
    admin = "admin"


def _check_port(port: int) -> int:
    if not 1 <= port <= 65535:
        raise typer.BadParameter(f"{port} is no port; it must be from 1 to 65535")
    return port


@review.callback()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to serve at; any but loopback requires a login.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(help="From 1 to 65535.", callback=_check_port)] = 8383,
    login: Annotated[bool, typer.Option("--login", help="Require a login on loopback too.")] = False,
    certificate: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A TLS certificate (PEM), for https.")
    ] = None,
    key: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The certificate's key (PEM).")] = None,
    proxy: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Address of a proxy in front that handles https; requires a login."),
    ] = None,
    proposals: Annotated[
        bool, typer.Option(help="After a decision, propose anew what else is asked of the work (about 1 GB of memory).")
    ] = True,
    url: Annotated[
        str | None, typer.Option(help="By which address people call the page; requests under other names are refused.")
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(help="Of people who choose none on the page: en, de, fr or nl. Left out: as their browser asks."),
    ] = None,
) -> None:
    """Serve the curators' page: a picture, the proposed link, the reasons, and one key to decide.

    Examples:

        vlkge review

        vlkge review users add ana --role curator

        vlkge review --host 0.0.0.0 --certificate page.pem --key page.key --url https://page.museum.example
    """
    if context.invoked_subcommand is not None:
        return
    from flows.runtime.proposing import proposing
    from flows.runtime.services import echo, graph_address
    from flows.runtime.settings import Settings
    from review.language import checked_language
    from review.server import Serving, check_address, check_serving, open_site, users_file
    from review.server import serve as run

    settings = Settings()
    serving = Serving(host, port, login, certificate, key, proxy, url)
    if language is not None:
        checked_language(language)
    check_serving(serving, users_file(settings.vlkge_home))
    check_address(serving)
    site = open_site(
        graph_address(settings),
        settings.vlkge_home,
        serving,
        not_shown=settings.vlkge_rights_not_shown,
        language=language,
    )
    echo(f"The curators' page is at {serving.address}  (Ctrl+C ends it; decisions are saved at once)")
    with site.database, proposing() if proposals else nullcontext():
        run(site, serving)


@users.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Letters, digits and any of . _ @ -")],
    role: Annotated[Role, typer.Option(help="viewer looks, curator decides, admin also undoes others' decisions.")],
    password: Annotated[
        str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True, help="Asked for if left out.")
    ],
) -> None:
    """Add a person, or change their role and password; their open sessions end."""
    person = _users().add(name, role.value, password)
    print(f"{person.name} is {'an' if person.role == 'admin' else 'a'} {person.role}")


@users.command("remove")
def remove(name: str) -> None:
    """Remove a person; their open sessions end, their decisions stay."""
    _users().remove(name)
    print(f"{name} is removed")


@users.command("list")
def list_(json: Json = False) -> None:
    """List who may log in."""
    rows = [{"name": person.name, "role": person.role} for person in _users().all().values()]
    if json:
        print_json(rows)
    else:
        print_table(rows)


@opinions.command("require")
def require(relation: str) -> None:
    """Have two people agree on each link of a relation before it is decided.

    Example:

        vlkge review opinions require hasStyle
    """
    from flows.runtime.services import open_graph
    from flows.runtime.settings import Settings
    from graph.curation import opinions as asked

    with open_graph(Settings()) as database:
        asked.require(database, relation, by=getpass.getuser())
    print(f"{relation} requires a second opinion")


@opinions.command("lift")
def lift(relation: str) -> None:
    """Let one person decide about a relation's links again."""
    from flows.runtime.services import open_graph
    from flows.runtime.settings import Settings
    from graph.curation import opinions as asked

    with open_graph(Settings()) as database:
        asked.lift(database, relation, by=getpass.getuser())
    print(f"{relation} requires no second opinion")


@opinions.command("list")
def list_required(json: Json = False) -> None:
    """List the relations that require a second opinion."""
    from flows.runtime.services import open_graph
    from flows.runtime.settings import Settings
    from graph.curation import opinions as asked

    with open_graph(Settings()) as database:
        rows = [{**found._asdict(), "at": found.at.isoformat()} for found in asked.list_required(database)]
    if json:
        print_json(rows)
    else:
        print_table(rows)


def _users() -> "UsersFile":
    from flows.runtime.settings import Settings
    from review.server import users_file

    return users_file(Settings().vlkge_home)
