"""The JSON API: what it says it does, it does, whatever it is sent."""

import uuid
from collections.abc import Callable
from dataclasses import replace

import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from graph.connection import Database
from review.app import create_app
from review.context import Site
from tests.review.test_queue_page import decisions, facts

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_anything_sent_is_answered_as_described(make_site: Callable[..., Site], client: TestClient) -> None:
    """No example may end in an error of the server; answers are of the described codes, types and shapes."""
    described = schemathesis.openapi.from_asgi("/api/openapi.json", create_app(replace(make_site(), hosts=None)))
    headers = {"X-CSRF-Token": client.get("/api/session").json()["token"], "Cookie": _cookie(client)}
    tried = set()
    for result in described.get_all_operations():
        operation = result.ok()

        @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def send(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=CHECKS, headers=headers)

        send()
        tried.add(f"{operation.method.upper()} {operation.path}")
    assert {"GET /api/queue", "POST /api/decisions", "POST /api/decisions/{id}/undo", "GET /api/entity"} <= tried


def _cookie(client: TestClient) -> str:
    ((name, value),) = client.cookies.items()
    return f"{name}={value}"


def test_a_script_reads_the_queue_and_decides(client: TestClient, gallery: Database) -> None:
    token = {"X-CSRF-Token": client.get("/api/session").json()["token"]}
    page = client.get("/api/queue", params={"limit": 3, "relation": "hasStyle"}).json()
    assert [row["head"] for row in page["links"]] == ["w00", "w01", "w02"]
    assert (page["left"], page["after"]) == (36, page["links"][-1]["key"])
    wishes = [
        {"id": str(uuid.uuid4()), "verdict": "accepted", **{name: row[name] for name in ("head", "relation", "tail")}}
        for row in page["links"]
    ]
    made = client.post("/api/decisions", json=wishes, headers=token).json()
    assert [decision["verdict"] for decision in made] == ["accepted"] * 3
    assert client.post("/api/decisions", json=wishes, headers=token).json() == made
    assert decisions(gallery) == 3
    again = [{**wish, "id": str(uuid.uuid4()), "verdict": "rejected"} for wish in wishes]
    conflict = client.post("/api/decisions", json=again, headers=token)
    assert conflict.status_code == 409
    undone = client.post(
        f"/api/decisions/{made[0]['id']}/undo", params={"new_id": str(uuid.uuid4())}, headers=token
    ).json()
    assert undone[0]["verdict"] == "undone"
    assert facts(gallery) == {("w01", "impressionism"), ("w02", "impressionism")}
    following = client.get("/api/queue", params={"limit": 3, "after": page["after"]}).json()
    assert [row["head"] for row in following["links"]] == ["w03", "w04", "w05"]


def test_a_filter_or_value_that_there_is_not_is_refused_as_on_the_page(client: TestClient) -> None:
    for query, said in (
        ("zzz=nope", "there is no parameter 'zzz'; allowed are: relation, label, run, low, high"),
        ("relation=nope", "The newest runs propose no 'nope'; they propose: hasStyle."),
        ("label=Ship", "No entity is of the kind 'Ship'; there are: Artist, Artwork, Style."),
        ("answer=nobody", "There is no entity 'nobody'."),
    ):
        answer = client.get(f"/api/queue?{query}")
        assert (answer.status_code, answer.json()["detail"][: len(said)]) == (400, said)
    assert client.get("/api/queue?relation=isCreatedByArtist").json()["links"] == []
    assert client.get("/api/queue?low=0.99").json()["links"] == []
    assert client.get("/api/session?zzz=nope").json()["detail"] == "there is no parameter 'zzz'; allowed are: none"


def test_ends_of_kinds_that_the_relation_never_joins_are_refused_unless_forced(
    client: TestClient, gallery: Database
) -> None:
    token = {"X-CSRF-Token": client.get("/api/session").json()["token"]}
    wish = {"id": str(uuid.uuid4()), "head": "monet", "relation": "hasStyle", "tail": "cubism", "verdict": "accepted"}
    refused = client.post("/api/decisions", json=[wish], headers=token)
    assert refused.status_code == 400
    assert "never joins such kinds" in refused.json()["detail"]
    assert "Artist hasStyle Style" in refused.json()["detail"]
    assert decisions(gallery) == 0
    assert client.post("/api/decisions?any_kinds=true", json=[wish], headers=token).status_code == 200
    # A style is refused as a maker, an artist is not, though nobody proposed it.
    wish = {**wish, "id": str(uuid.uuid4()), "head": "w00", "relation": "isCreatedByArtist"}
    assert client.post("/api/decisions", json=[wish], headers=token).status_code == 400
    assert client.post("/api/decisions", json=[{**wish, "tail": "monet"}], headers=token).status_code == 200


def test_a_login_for_scripts(make_site: Callable[..., Site], users: object) -> None:
    client = TestClient(create_app(make_site(users)), base_url="http://localhost")
    assert client.post("/api/session", json={"name": "ana", "password": "wrong"}).status_code == 401
    begun = client.post("/api/session", json={"name": "ana", "password": "ana-has-a-long-one"})
    assert begun.json()["role"] == "curator"
    assert client.get("/api/queue").status_code == 200
