"""Pictures are kept off the page, and out of encoding, by their rights."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from base.errors import InputError
from graph import vectors
from graph.connection import Database
from graph.page.withheld import Withheld
from graph.rights import pattern_of
from graph.vectors import Encoder
from review.app import create_app
from review.context import Site
from tests.review.conftest import WORKS


@pytest.fixture
def pattern(gallery: Database) -> str:
    """The works of one of the three pictures are in copyright."""
    gallery.driver.execute_query(
        "MATCH (w:Artwork {id: 'w01'}) WITH w.image_sha256 AS sha "
        "MATCH (x:Artwork {image_sha256: sha}) SET x.rights = 'In copyright (VG Bild.Kunst)\\nask first'"
    )
    pattern = pattern_of("no such; IN COPYRIGHT (vg bild.kunst)*")
    assert pattern is not None
    return pattern


def test_a_picture_is_not_shown_where_its_rights_forbid_it(
    make_site: Callable[..., Site], gallery: Database, pattern: str
) -> None:
    site = replace(make_site(), withheld=Withheld(gallery, pattern))
    client = TestClient(create_app(site), base_url="http://localhost")
    digests = [
        record[0]
        for record in gallery.driver.execute_query(
            "MATCH (w:Artwork) WHERE w.id IN ['w00', 'w01', 'w02'] RETURN w.image_sha256 ORDER BY w.id"
        ).records
    ]
    kinds = [client.get(f"/pictures/large/{digest}").headers["content-type"] for digest in digests]
    assert kinds == ["image/webp", "image/svg+xml", "image/webp"]
    assert "Not shown" in client.get(f"/pictures/small/{digests[1]}").text
    assert "ask first" in client.get("/entity?id=w01").text


def test_no_vector_is_made_of_such_a_picture_and_one_that_was_goes(gallery: Database, pattern: str) -> None:
    encoder = Encoder("net", "abc", 2)
    due = vectors.pending(gallery, "visual", encoder, withheld=pattern)
    assert due["id"].tolist() == [work for number, work in enumerate(WORKS[:9]) if number % 3 != 1]
    assert len(vectors.pending(gallery, "visual", encoder)) == 9
    gallery.driver.execute_query("MATCH (w:Artwork {id: 'w04'}) SET w.visual = [1.0, 2.0], w.visual_digest = 'd'")
    assert vectors.remove_stale(gallery, "visual") == 0
    assert vectors.remove_stale(gallery, "visual", withheld=pattern) == 1


@pytest.mark.parametrize("given", [None, "", " ; "])
def test_nothing_given_withholds_nothing(given: str | None) -> None:
    assert pattern_of(given) is None


def test_a_pattern_that_fits_everything_is_refused() -> None:
    with pytest.raises(InputError, match=r"fit every picture; name those that are meant, such as In Copyright\*"):
        pattern_of("CC0; *")
