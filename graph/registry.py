"""The models that were trained on this graph, and which of them is the champion that predicts."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from neo4j.exceptions import ConstraintError

from graph.connection import Database, Row
from graph.errors import GraphError, InputError, shorten

T = TypeVar("T")
CHAMPION = "champion"
RACES = 10
# These become properties of the node, such as `val_mrr`, so that Cypher can sort by them.
SPLITS = ("val", "test")
HEADLINES = ("mrr", "hits_at_1", "hits_at_3", "hits_at_10", "amri")


@dataclass(frozen=True)
class Model:
    """One registered model; `alias` is 'champion' or None."""

    version: str
    scorer: str
    config: dict[str, Any]
    metrics: dict[str, Any]
    data_fingerprint: str
    encoders: dict[str, Any]
    created_at: datetime
    alias: str | None


def register_model(
    database: Database,
    version: str,
    scorer: str,
    config: Mapping[str, object],
    metrics: Mapping[str, object],
    data_fingerprint: str,
    encoders: Mapping[str, object],
) -> Model:
    """Register a trained model; the first one becomes the champion. Again, it only updates the metrics.

    `metrics` may hold, per split, a map (``metrics["val"]["mrr"]``) or flat numbers (``metrics["val_mrr"]``); both are
    kept as JSON, and those of HEADLINES also as numbers of the node.

    Raises InputError for an empty version, and for one that is registered with another scorer, configuration, data
    or encoders: a version names one model for good.
    """
    if not version.strip():
        raise InputError(f"the model's version is {version!r}; it must be a name")
    fixed = {
        "scorer": scorer,
        "config": _as_json(config),
        "data_fingerprint": data_fingerprint,
        "encoders": _as_json(encoders),
    }
    figures = {"metrics": _as_json(metrics), **_headlines(metrics)}
    known = {row["version"]: row for row in database.read("registry/list_models")}
    if version in known and (changed := [name for name, value in fixed.items() if known[version][name] != value]):
        raise InputError(
            f"model {version!r} is registered with another {', '.join(changed)}; give the new model its own version"
        )
    _with_one_champion(lambda: database.write("registry/register_model", version=version, fixed=fixed, figures=figures))
    return model(database, version)


def models(database: Database) -> list[Model]:
    """All registered models, newest first."""
    return [_model(row) for row in database.read("registry/list_models")]


def model(database: Database, version: str) -> Model:
    """One registered model. Raises InputError that lists the known versions."""
    known = models(database)
    for candidate in known:
        if candidate.version == version:
            return candidate
    raise _unknown(version, [m.version for m in known])


def champion(database: Database) -> Model:
    """The model that predicts unless another is named. Raises InputError where none is registered."""
    for candidate in models(database):
        if candidate.alias == CHAMPION:
            return candidate
    raise InputError("no model is registered in this database yet; train one first")


def promote(database: Database, version: str) -> Model:
    """Make a registered model the champion, in one transaction. Raises InputError that lists the known versions."""
    if not _with_one_champion(lambda: database.write("registry/promote_model", version=version)):
        raise _unknown(version, [m.version for m in models(database)])
    return model(database, version)


def _with_one_champion(write: Callable[[], T]) -> T:
    """Run `write`, again where the constraint refused it: somebody else made another model champion meanwhile."""
    for _ in range(RACES):
        try:
            return write()
        except GraphError as error:
            if not isinstance(error.__cause__, ConstraintError):
                raise
    raise GraphError(f"the champion was changed by others {RACES} times in a row; try again")


def _unknown(version: str, known: list[str]) -> InputError:
    return InputError(f"there is no model {version!r}; known versions: {shorten(known) if known else 'none yet'}")


def _model(row: Row) -> Model:
    read = {name: json.loads(row[name]) for name in ("config", "metrics", "encoders")}
    return Model(**{**row, **read, "created_at": row["created_at"].to_native()})


def _as_json(value: Mapping[str, object]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _headlines(metrics: Mapping[str, Any]) -> dict[str, float]:
    figures = {}
    for split in SPLITS:
        nested = metrics.get(split)
        values = nested if isinstance(nested, Mapping) else {}
        for name in HEADLINES:
            value = values.get(name, metrics.get(f"{split}_{name}"))
            if isinstance(value, int | float):
                figures[f"{split}_{name}"] = float(value)
    return figures
