"""What came of a retraining, as reports and `--json` tell it."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from flows.encode import Encoded
from flows.predict import Published
from flows.refresh import Refreshed
from flows.train import TrainedModel
from graph.loading.ingest import IngestResult
from models.evaluation.gate import Comparison


class Retraining(BaseModel):
    """What came of a night.

    outcome: unchanged (nothing to do), refreshed (little changed: nothing was trained, some links are made anew), first
    (there was no model before), promoted, or kept (the challenger was refused, and the former champion stays).
    """

    outcome: Literal["unchanged", "refreshed", "first", "promoted", "kept"]
    reasons: list[str]
    champion: str
    """Who is in force now."""
    former: str | None
    """Who was before."""
    fingerprint: str
    start: str | None = None
    adopted: dict[str, Any] | None = None
    """What `vlkge adopt` took up, where the night began with it."""
    ingested: IngestResult | None = None
    encoded: list[Encoded] | None = None
    trained: TrainedModel | None = None
    contest: Comparison | None = None
    published: Published | None = None
    refreshed: Refreshed | None = None
    report: Path | None = None
