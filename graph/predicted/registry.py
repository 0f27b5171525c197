"""The models that were trained on this graph, and which of them is the champion that predicts."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from neo4j.exceptions import ConstraintError

from base.errors import InputError, PipelineError, shorten
from cypher import prefix
from graph.connection import Database, Row
from graph.schema import setup_schema

T = TypeVar("T")
CHAMPION = "champion"
RACES = 10
# These become properties of the node, such as `val_mrr`, so that Cypher can sort by them.
SPLITS = ("val", "test")
HEADLINES = ("mrr", "hits_at_1", "hits_at_3", "hits_at_10", "amri")


@dataclass(frozen=True)
class Model:
    """One registered model.

    `alias` is 'champion' or None. `promoted_at` is when it last became champion, None where it never was;
    `predecessor` is whose place it took. `verdict` is what the gate said of it, None where it was never judged.
    """

    version: str
    scorer: str
    config: dict[str, Any]
    metrics: dict[str, Any]
    data_fingerprint: str
    encoders: dict[str, Any]
    created_at: datetime
    alias: str | None
    git_commit: str | None = None
    warm_start: str | None = None
    promoted_at: datetime | None = None
    predecessor: str | None = None
    verdict: dict[str, Any] | None = None


@dataclass(frozen=True)
class Run:
    """One publication of a model's links; `state` is writing, complete or failed.

    `functional` are the relations of which it allowed a head one value; None: it did not say. `refreshed_at` is when
    some of its links were last made anew. `relations` are those that it covered, none until it has ended.
    """

    id: str
    model_version: str
    state: str
    functional: tuple[str, ...] | None = None
    refreshed_at: datetime | None = None
    relations: tuple[str, ...] = ()


def register_model(
    database: Database,
    version: str,
    scorer: str,
    config: Mapping[str, object],
    metrics: Mapping[str, object],
    data_fingerprint: str,
    encoders: Mapping[str, object],
    *,
    git_commit: str | None = None,
    warm_start: str | None = None,
) -> Model:
    """Register a trained model; the first one becomes the champion. Again, it only updates the metrics.

    `metrics` may hold, per split, a map (``metrics["val"]["mrr"]``) or flat numbers (``metrics["val_mrr"]``); both are
    kept as JSON, and those of HEADLINES also as numbers of the node.

    Raises InputError for an empty version, and for one that is registered with another scorer, configuration, data
    or encoders: a version names one model for good; where what others keep stands in the way of the schema.
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
    setup_schema(database)
    origin = {"git_commit": git_commit, "warm_start": warm_start}
    _with_one_champion(
        lambda: database.write("registry/register_model", version=version, fixed=fixed, origin=origin, figures=figures)
    )
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


def refuse_former_champion(database: Database, version: str, since: Run | None) -> None:
    """Raise PipelineError where another model took the place of `version`, champion when `since` was the newest run.

    Links are published before the alias is set, so a run that another model began since counts too.
    """
    others = [champion(database).version]
    newest = newest_run(database)
    if newest is not None and (since is None or newest.id != since.id):
        others.append(newest.model_version)
    if taken := [other for other in others if other != version]:
        raise PipelineError(
            f"model {version} was champion when this began, but the links of {taken[0]} were put in force meanwhile: "
            "nothing was published; type it again, or name a model with --model"
        )


def promote(database: Database, version: str) -> Model:
    """Make a registered model the champion, in one transaction; it remembers whose place it took.

    Raises InputError that lists the known versions.
    """
    if not _with_one_champion(lambda: database.write("registry/promote_model", version=version)):
        raise _unknown(version, [m.version for m in models(database)])
    return model(database, version)


def roll_back(database: Database, expected: str | None = None) -> Model:
    """Make the champion's predecessor champion again, in one transaction.

    Raises InputError where the champion took nobody's place, and where its predecessor is no longer registered;
    PipelineError where the champion is not the `expected` one.
    """
    current = champion(database)
    if expected not in (None, current.version):
        raise PipelineError(
            f"{expected} was to be rolled back, but {current.version} became champion meanwhile: nothing was changed"
        )
    if current.predecessor is None:
        raise InputError(f"the champion {current.version} took nobody's place, so there is none to roll back to")
    rows = _with_one_champion(lambda: database.write("registry/roll_back_model", version=current.version))
    if not rows:
        raise InputError(
            f"{current.version} is no longer champion, or {current.predecessor}, whose place it took, is no longer "
            "registered: look at `vlkge models list`"
        )
    return model(database, rows[0]["version"])


def record_verdict(database: Database, version: str, verdict: Mapping[str, object]) -> None:
    """Keep what the gate said of a model."""
    database.write("registry/record_verdict", version=version, verdict=_as_json(verdict))


def newest_run(database: Database) -> Run | None:
    """The publication that was started last, of whatever model; None before the first."""
    rows = database.read("registry/find_newest_run")
    return _run(rows[0]) if rows else None


def runs(database: Database, version: str) -> list[Run]:
    """The publications of one model, the one started last first."""
    rows = database.read("registry/list_runs", version=version)
    return [_run({**row, "model_version": version}) for row in rows]


def record_functional(database: Database, run: Run, functional: Collection[str]) -> None:
    """Keep of which relations a head has one value by now."""
    database.write("registry/record_functional", run_id=run.id, functional=sorted(functional))


def linked(database: Database) -> set[str]:
    """Versions whose links in the graph are current or decided."""
    return {row["version"] for row in database.read("registry/list_linked_models")}


def linked_relations(database: Database) -> set[str]:
    """Relations that have current links, from whatever model."""
    return {row["relation"] for row in database.read("registry/list_linked_relations")}


def delete(database: Database, version: str) -> bool:
    """Delete a model's node; False, and nothing done, where it is or was champion or is not registered."""
    return bool(database.write("registry/delete_model", version=version)[0]["deleted"])


def graph_id(database: Database) -> str:
    """What tells this graph from others that have their models in the same home."""
    (row,) = database.read("registry/show_database_id")
    return f"{row['id']} {prefix.current()}".strip()


def count_news(database: Database, since: datetime) -> tuple[int, int]:
    """How many facts and how many decisions came after a moment that has a time zone."""
    (row,) = database.read("registry/count_news", since=since.isoformat())
    return row["facts"], row["decisions"]


def _with_one_champion(write: Callable[[], T]) -> T:
    """Run `write`, again where the constraint refused it: somebody else made another model champion meanwhile."""
    for _ in range(RACES):
        try:
            return write()
        except PipelineError as error:
            if not isinstance(error.__cause__, ConstraintError):
                raise
    raise PipelineError(f"the champion was changed by others {RACES} times in a row; try again")


def _unknown(version: str, known: list[str]) -> InputError:
    return InputError(f"there is no model {version!r}; known versions: {shorten(known) if known else 'none yet'}")


def _run(row: Row) -> Run:
    functional = None if row["functional"] is None else tuple(row["functional"])
    refreshed = row["refreshed_at"].to_native() if row["refreshed_at"] else None
    relations = tuple(sorted(json.loads(row["counts"] or "{}")))
    return Run(row["id"], row["model_version"], row["state"], functional, refreshed, relations)


def _model(row: Row) -> Model:
    read = {
        name: json.loads(row[name], parse_constant=lambda _: None)
        for name in ("config", "metrics", "encoders", "verdict")
        if row[name]
    }
    times = {name: row[name].to_native() for name in ("created_at", "promoted_at") if row[name]}
    return Model(**{**row, **read, **times})


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
