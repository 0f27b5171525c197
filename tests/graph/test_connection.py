"""What goes wrong between us and a server becomes one sentence with the way out."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

import cypher
from base.errors import InputError, PipelineError
from graph.connection import Address, Database, LoginError, batches, check_version, connect
from graph.outage import Outage
from graph.server.neo4j_server import Server
from graph.transactions import AT_A_TIME, read_pages


@pytest.mark.parametrize(
    "uri", ["http://localhost:7474", "localhost:7687", "bolt://", "bolt://localhost:port", "bolt://localhost:99999", ""]
)
def test_an_address_that_is_none_is_refused(uri: str) -> None:
    with pytest.raises(InputError, match=f"NEO4J_URI is {re.escape(repr(uri))} .*must be like bolt://localhost:7687"):
        connect(Address(uri))


@pytest.mark.parametrize("uri", ["bolt://neo4j:s3cret@localhost:7687", "bolt://neo4j:s3cret@localhost:port"])
def test_a_password_in_an_address_is_refused_and_never_shown(uri: str) -> None:
    with pytest.raises(InputError, match="they go into NEO4J_USERNAME and NEO4J_PASSWORD") as caught:
        connect(Address(uri))
    assert "s3cret" not in str(caught.value)


def test_a_path_in_an_address_is_refused_with_the_variable_for_it() -> None:
    with pytest.raises(InputError, match="set NEO4J_DATABASE to 'movies' instead of a path"):
        connect(Address("bolt://localhost:7687/movies"))


@pytest.mark.parametrize("uri", ["bolt://127.0.0.1:1", "neo4j://127.0.0.1:1", "bolt://no-such-host.invalid:7687"])
def test_an_unreachable_server_is_named(uri: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(PipelineError, match=f"Neo4j at {uri} cannot be reached .*set NEO4J_URI") as caught:
        connect(Address(uri))
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


def test_a_program_that_is_no_neo4j_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        thread = threading.Thread(target=lambda: other.accept()[0].close())
        thread.start()
        uri = f"bolt://127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(PipelineError, match=f"Neo4j at {uri} cannot be reached"):
            connect(Address(uri))
        thread.join()


def test_a_wrong_password_names_what_to_set(bundled_server: Server) -> None:
    uri = bundled_server.start().uri
    with pytest.raises(
        LoginError,
        match="refuses the user 'neo4j' with this password: set NEO4J_USERNAME and NEO4J_PASSWORD; "
        "NEO4J_USER and NEO4J_AUTH are not read",
    ):
        connect(Address(uri, "neo4j", "not the password"))


def test_an_unknown_database_names_what_to_set(server: Address) -> None:
    address = Address(server.uri, server.username, server.password, "museum")
    with pytest.raises(PipelineError, match=f"Neo4j at {server.uri} has no database 'museum': set NEO4J_DATABASE"):
        connect(address)


def test_the_database_of_users_is_refused_in_one_sentence() -> None:
    with pytest.raises(InputError, match="NEO4J_DATABASE is 'system', which holds no graphs: set it to one that does"):
        connect(Address("bolt://localhost:7687", database="system"))


@pytest.mark.parametrize("scheme", ["bolt+s", "bolt+ssc", "neo4j+s"])
def test_an_encrypted_address_of_a_plain_port_is_told_as_that(server: Address, scheme: str) -> None:
    place = server.uri.partition("://")[2]
    plain = re.escape(f"if it takes no encrypted connections, to {scheme.partition('+')[0]}://{place}")
    with pytest.raises(PipelineError, match=rf"cannot be reached \([^.]*\): .*; {plain}$") as caught:
        connect(Address(f"{scheme}://{place}", server.username, server.password), patience=1)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("version", ["5.26.0", "5.26.30", "5.27-aura", "2025.01.0", "2026.08.1"])
def test_a_version_that_we_know_how_to_use(version: str) -> None:
    check_version(version, "bolt://here")


@pytest.mark.parametrize("version", ["3.5.12", "4.4.44", "5.9.0", "5.25.1"])
def test_a_version_that_is_too_old(version: str) -> None:
    with pytest.raises(PipelineError, match=f"Neo4j at bolt://here is version {version}, 5.26 or later is needed"):
        check_version(version, "bolt://here")


def test_a_statement_that_the_server_refuses_is_named(connection: Database) -> None:
    with pytest.raises(PipelineError, match=r"refused server/set_password: .* \(Neo\.ClientError"):
        connection.write("server/set_password", old="a", new="b")


def test_a_query_that_is_no_cypher_is_a_graph_error(connection: Database) -> None:
    with (
        pytest.raises(PipelineError, match=r"Neo\.ClientError\.Statement\.SyntaxError"),
        connection.session() as session,
    ):
        session.run("MATCH (n RETURN n").consume()


def test_what_is_read_together_is_one_transaction_that_cannot_write(connection: Database) -> None:
    names = ["server/show_version", "export/count_entities", "server/show_version"]
    alone = [connection.read(name) for name in names]
    assert connection.read_together(lambda reading: [reading.read(name) for name in names]) == alone
    with pytest.raises(PipelineError, match="reset/delete_schema writes"):
        connection.read_together(lambda reading: reading.write("reset/delete_schema"))
    with pytest.raises(KeyError):
        connection.read_together(lambda _: {}["the caller's own"])


def test_an_error_of_the_caller_passes_a_session_unchanged(connection: Database) -> None:
    with pytest.raises(KeyError), connection.session():
        raise KeyError("the caller's own")


def test_a_wrong_parameter_is_found_before_the_server_sees_it(connection: Database) -> None:
    with pytest.raises(cypher.StatementError, match="server/show_version has no parameter limit"):
        connection.read("server/show_version", limit=3)


def test_warnings_of_the_server_stay_off_the_terminal(connection: Database, capfd: pytest.CaptureFixture[str]) -> None:
    with connection.session() as session:
        session.run("MATCH (n:NoSuchLabel) RETURN n.noSuchProperty, id(n)").consume()
    assert capfd.readouterr().err == ""


class Relay:
    """Passes bytes between a client and a server until it is cut."""

    def __init__(self, host: str, port: int, own_port: int = 0) -> None:
        self.target = (host, port)
        self.listener = socket.create_server(("127.0.0.1", own_port))
        self.ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near = self.listener.accept()[0]
            except OSError:
                return
            far = socket.create_connection(self.target)
            self.ends += [near, far]
            for one, other in [(near, far), (far, near)]:
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    @staticmethod
    def _pass_on(one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            return

    def cut(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for end in self.ends:
            with suppress(OSError):  # of a connection that is over
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def relay(server: Address) -> Relay:
    host, _, port = server.uri.partition("://")[2].partition(":")
    return Relay(host, int(port))


def test_a_server_that_is_lost_while_we_work_is_named(relay: Relay, server: Address) -> None:
    uri = f"bolt://127.0.0.1:{relay.listener.getsockname()[1]}"
    with connect(Address(uri, server.username, server.password)) as database:

        def work() -> None:
            with database.session() as session, session.begin_transaction() as transaction:
                transaction.run("RETURN 1").consume()
                relay.cut()
                transaction.run("RETURN 2").consume()

        with pytest.raises(PipelineError, match=f"Neo4j at {uri} cannot be reached"):
            work()


def test_pages_come_in_their_order_and_an_error_ends_them(connection: Database) -> None:
    heads = [[f"e{number}"] for number in range(3 * AT_A_TIME)]
    asked: list[list[str]] = []

    def pages() -> Iterator[dict[str, object]]:
        for page in heads:
            asked.append(page)
            yield {"ids": page, "properties": []}

    found = read_pages(connection, "ingest/read_entities", pages())
    next(found)
    assert len(asked) == AT_A_TIME  # no more than are read ahead
    assert len(list(found)) == len(heads) - 1
    with pytest.raises(cypher.StatementError, match="has no parameter limit"):
        list(read_pages(connection, "ingest/read_entities", [{"limit": 3}] * 5))


def test_pages_of_a_server_that_comes_back_are_whole(relay: Relay, server: Address) -> None:
    port = relay.listener.getsockname()[1]
    again: list[Relay] = []

    def revive() -> None:
        if not again:
            again.append(Relay(*relay.target, own_port=port))

    def pages() -> Iterator[dict[str, object]]:
        for number in range(3 * AT_A_TIME):
            if number == AT_A_TIME + 1:
                relay.cut()
            yield {"heads": ["nobody", str(number)], "relations": None}

    address = Address(f"bolt://127.0.0.1:{port}", server.username, server.password)
    with connect(address, outage=Outage(60, revive)) as database:
        assert len(list(read_pages(database, "export/page_facts", pages()))) == 3 * AT_A_TIME
    assert again
    again[0].cut()


def test_batches_are_slices_in_order() -> None:
    assert [list(batch) for batch in batches(range(7), 3)] == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(batches([], 3)) == []
