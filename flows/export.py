"""Export: the graph's facts and vectors as PyG HeteroData."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel
from torch_geometric.data import HeteroData

from base.files import passing_folder
from flows.runtime.logs import LOGGED
from flows.runtime.progress import progress_bar
from flows.runtime.services import echo, open_graph
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.exporting import hetero_file
from graph.exporting.export import export as export_hetero


class Exported(BaseModel):
    """What an export holds, by node type and by edge type (label, relation, label)."""

    file: Path
    fingerprint: str
    entities: dict[str, int]
    facts: dict[str, int]


@flow(name="export", flow_run_name="export-to-{file}", **LOGGED)
def export(
    *,
    file: str,
    labels: list[str] | None = None,
    relations: list[str] | None = None,
    around: list[str] | None = None,
    hops: int = 2,
) -> Exported:
    """Write the graph, or a part of it, to a file that `graph.exporting.hetero_file.load` reads."""
    with open_graph(Settings()) as database:
        data: HeteroData = read_graph(database, labels, relations, around, hops)
    hetero_file.save(data, Path(file))
    return Exported(
        file=Path(file),
        fingerprint=data.fingerprint,
        entities={name: int(data[name].num_nodes) for name in data.node_types},
        facts={" ".join(name): data[name].edge_index.shape[1] for name in data.edge_types},
    )


@task(cache_policy=NO_CACHE)
def read_graph(
    database: Database,
    labels: list[str] | None = None,
    relations: list[str] | None = None,
    around: list[str] | None = None,
    hops: int = 2,
) -> HeteroData:
    with progress_bar("export") as progress:
        data = export_hetero(
            database,
            labels=labels,
            relations=relations,
            around=around,
            hops=hops,
            cache=Settings().vlkge_home / "vectors",
            progress=progress,
        )
    if not data.one_state:
        echo("The graph was written to while it was read, twice: of what came in meanwhile a part may be missing.")
    return data


@contextmanager
def graph_file(data: HeteroData, home: Path) -> Iterator[Path]:
    """An exported graph as a file in the home folder, for the time of the block: workers read it there."""
    home.mkdir(parents=True, exist_ok=True)
    with passing_folder(home) as folder:
        path = folder / "graph.safetensors"
        hetero_file.save(data, path)
        yield path
