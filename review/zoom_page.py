"""Looking closely: a picture that can be zoomed and moved, alone or beside another, and the tiles that this takes."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response

from base.errors import PipelineError
from graph.connection import Database
from graph.iiif_service import may_be_iiif
from graph.page.card import Entity, Named, read_card
from graph.page.entities import read_alike, read_entity
from review import tiles
from review.access import SiteDep, Viewer, needs
from review.context import Site
from review.errors import NotFoundError
from review.language import gettext
from review.museums import museum_address
from review.pictures import DIGEST
from review.rendering import link, render

router = APIRouter(include_in_schema=False)
looking = Depends(needs("viewer"))
FOR_GOOD = {"Cache-Control": "private, max-age=31536000, immutable"}
FOR_A_DAY = {"Cache-Control": "private, max-age=86400"}


@router.get("/look")
def look(request: Request, site: SiteDep, person: Viewer, id: str, beside: str = "", card: str = "") -> HTMLResponse:  # noqa: ARG001
    """An entity's picture, and one beside it. card: the key of a link whose similar works are offered beside it."""
    shown = [_entity(site.database, id_) for id_ in (id, beside) if id_]
    near = _near(site.database, id, card)
    return render(
        request,
        "look.html",
        shown=[(entity, sources(entity)) for entity in shown],
        offered=[(named, link("/look", id=id, beside=named.id, card=card)) for named in near if named.picture],
        beside=beside,
        alone=link("/look", id=id, card=card),
    )


@router.get("/iiif/stored/{digest}/info.json", dependencies=[looking])
def describe_stored(digest: str, site: SiteDep) -> JSONResponse:
    """A stored picture, as a IIIF image service of level 0 describes it."""
    return JSONResponse(tiles.describe(_pyramid(site, digest), f"/iiif/stored/{digest}"))


@router.get("/iiif/stored/{digest}/{region}/{size}/0/default.jpg", dependencies=[looking])
def stored_tile(digest: str, region: str, size: str, site: SiteDep) -> FileResponse:
    """A tile of a stored picture."""
    path = tiles.tile(_pyramid(site, digest), region, size)
    return FileResponse(path, media_type="image/jpeg", headers=FOR_GOOD)


@router.get("/iiif/museum/{name}/info.json", dependencies=[looking])
def describe_museum(name: str, site: SiteDep) -> JSONResponse:
    """A museum's own description of a picture, with this page as the place to ask."""
    service = site.museums.find(site.database, name, site.withheld)
    known: dict[str, Any] = {**service.described, "id": f"/iiif/museum/{name}", "@id": f"/iiif/museum/{name}"}
    return JSONResponse(known)


@router.get("/iiif/museum/{name}/{region}/{size}/0/{last}", dependencies=[looking])
def museum_tile(name: str, region: str, size: str, last: str, site: SiteDep) -> Response:
    """A tile of a museum's picture."""
    service = site.museums.find(site.database, name, site.withheld)
    content, media = site.museums.fetch(service, region, size, last)
    return Response(content, media_type=media, headers=FOR_A_DAY)


def sources(entity: Entity) -> list[str]:
    """Descriptions of an entity's picture, the best first: the museum's own, then that of the store."""
    museum = [museum_address(entity.id)] if may_be_iiif(entity.image) else []
    stored = [f"/iiif/stored/{entity.picture}"] if entity.picture else []
    return [f"{address}/info.json" for address in (*museum, *stored)]


def _pyramid(site: Site, digest: str) -> Path:
    if not DIGEST.fullmatch(digest):
        raise NotFoundError(gettext("A picture is named by the 64 hexadecimal digits of its SHA-256."))
    if site.withheld is not None and digest in site.withheld:
        raise NotFoundError(gettext("This picture is not shown, for its rights."))
    try:
        return tiles.pyramid(site.pictures, site.thumbnails.with_name("tiles"), digest)
    except PipelineError as error:
        raise NotFoundError(gettext("This picture is not in the store; ingest its source again.")) from error


def _entity(database: Database, id_: str) -> Entity:
    found = read_entity(database, id_)
    if found is None:
        raise NotFoundError(gettext("There is no entity %(id)r.", id=id_))
    return found


def _near(database: Database, id_: str, key: str) -> list[Named]:
    """What may be laid beside it: the works that a link cites, or those that look alike."""
    if not key:
        return [named for named, _ in read_alike(database, id_)]
    card = read_card(database, key)
    return [near.entity for near in card.similar if near.entity.id != id_] if card is not None else []
