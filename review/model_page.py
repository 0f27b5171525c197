"""Models: their figures over the versions, and one model with its plots and the numbers beside them."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse

from base.errors import InputError
from graph.predicted import registry
from review.access import SiteDep, Viewer
from review.errors import NotFoundError
from review.language import N_, gettext
from review.rendering import render
from review.version_plot import plot_versions

router = APIRouter(include_in_schema=False)
# What may be drawn beside a model, and what it shows.
PLOTS = {
    "training": N_("Loss and validation MRR while training"),
    "relations": N_("Mean reciprocal rank per relation, beside the baselines"),
    "reliability": N_("How often links of a probability were right"),
}
# A drawing runs nothing and loads nothing, also where it is opened by itself.
DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@router.get("/models")
def models(request: Request, site: SiteDep, person: Viewer) -> HTMLResponse:  # noqa: ARG001
    """All registered models, the newest first."""
    found = registry.models(site.database)
    return render(request, "models.html", models=found, plot=plot_versions(found))


@router.get("/models/{version}")
def model(request: Request, site: SiteDep, person: Viewer, version: str) -> HTMLResponse:  # noqa: ARG001
    """One model."""
    found = _model(site, version)
    folder = site.models / found.version / "plots"
    return render(
        request,
        "model.html",
        model=found,
        plots={name: gettext(said) for name, said in PLOTS.items() if (folder / f"{name}.svg").is_file()},
        report=_report(found.metrics),
        popularity=_popularity(found.metrics),
        calibration=found.metrics.get("calibration") or {},
        history=found.metrics.get("history") or [],
    )


@router.get("/models/{version}/plots/{name}.svg")
def plot(site: SiteDep, person: Viewer, version: str, name: str) -> FileResponse:  # noqa: ARG001
    """One of the fixed plots of a registered model."""
    path = site.models / _model(site, version).version / "plots" / f"{name}.svg"
    if name not in PLOTS or not path.is_file():
        raise NotFoundError(
            gettext(
                "There is no plot %(name)r of this model; there may be %(plots)s.", name=name, plots=", ".join(PLOTS)
            )
        )
    return FileResponse(path, media_type="image/svg+xml", headers={"Content-Security-Policy": DRAWING_POLICY})


def _model(site: SiteDep, version: str) -> registry.Model:
    try:
        return registry.model(site.database, version)
    except InputError as error:
        raise NotFoundError(gettext("There is no model %(version)r.", version=version)) from error


def _report(metrics: dict[str, Any]) -> dict[str, Any]:
    """The figures on the test facts, or on the validation facts where only those were ranked."""
    report: dict[str, Any] = metrics.get("test") or metrics.get("val") or {}
    return report


def _popularity(metrics: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = metrics.get("popularity") or {}
    nested: dict[str, Any] = found.get("test") or found.get("val") or found
    return nested
