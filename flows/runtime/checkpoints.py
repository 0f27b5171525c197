"""Where trained models are, and which one a command means."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from base.errors import InputError
from base.files import write_text
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.predicted import registry
from models.config import TrainConfig
from models.representation.checkpoint import Checkpoint

# In a model's folder: the graphs in which it is registered, one a line.
GRAPHS = "graphs.txt"


def version_of(config: TrainConfig, fingerprint: str, warm_start: str | None = None) -> str:
    """A model's name, from its configuration, its data and the version it started from: the same make the same."""
    content = f"{config.model_dump_json()}\n{fingerprint}" + (f"\n{warm_start}" if warm_start else "")
    return f"{config.scorer}-{hashlib.sha256(content.encode()).hexdigest()[:10]}"


def folder_of(settings: Settings, version: str) -> Path:
    return settings.models / version


def load_checkpoint(
    settings: Settings, database: Database, version: str | None, mapped: bool = False
) -> tuple[str, Checkpoint]:
    """The model of that version (None: the champion), with its version; `mapped` as for `Checkpoint.load`.

    Raises InputError where no model is registered, or where its folder is not on this machine.
    """
    chosen = registry.champion(database) if version is None else registry.model(database, version)
    folder = folder_of(settings, chosen.version)
    if not folder.is_dir():
        raise InputError(
            f"model {chosen.version} is registered in the graph, but {folder} does not exist: set VLKGE_HOME to the "
            "folder that holds it, or train again with `vlkge train`"
        )
    return chosen.version, Checkpoint.load(folder, mapped)


def note_graph(database: Database, folders: Iterable[Path]) -> None:
    """Let the folders of models say that this graph has them: one home may hold the models of several graphs."""
    graph = registry.graph_id(database)
    for folder in folders:
        known = _graphs(folder)
        if folder.is_dir() and graph not in known:
            write_text(folder / GRAPHS, "".join(f"{line}\n" for line in [*known, graph]))


def is_elsewhere(database: Database, folder: Path) -> bool:
    """Whether the model of a folder is one of another graph, too."""
    return bool(set(_graphs(folder)) - {registry.graph_id(database)})


def _graphs(folder: Path) -> list[str]:
    file = folder / GRAPHS
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
