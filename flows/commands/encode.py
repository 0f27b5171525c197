"""`vlkge encode`."""

from typing import Annotated, Any

import typer

from flows.commands import start_services
from flows.commands.options import Device, Workers
from flows.runtime.output import Json, print_json, print_table

app = typer.Typer()


@app.command()
def encode(
    encoder: Annotated[
        str | None,
        typer.Option(
            help="bundled, multilingual, clip:ARCHITECTURE/TAG-OR-FILE, blip:NAME-OR-FOLDER, text:NAME-OR-FOLDER, "
            "picture:NAME-OR-FOLDER or files:FOLDER-OR-PATTERN. Left out: those of the vectors that are there, "
            "bundled where there are none."
        ),
    ] = None,
    device: Device = "auto",
    batch_size: Annotated[int | None, typer.Option(min=1, help="Texts or pictures in a batch.")] = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Turn pictures and texts into vectors on the nodes; only what changed is encoded again."""
    start_services()
    from flows.encode import encode as flow

    if workers is not None:
        from flows.runtime.dask_cluster import dask_runner
        from flows.runtime.settings import Settings

        flow = flow.with_options(task_runner=dask_runner(workers, Settings()))
    result = flow(encoder=encoder, device=device, batch_size=batch_size, sharded=workers is not None)
    if json:
        print_json(result)
        return
    print_encoded(result)


def print_encoded(result: list[Any]) -> None:
    """What was encoded, per modality, and the pictures that could not be read."""
    if not result:
        print("all vectors are from files: they stay as they are")
    rates = {"textual": "texts/s", "visual": "pictures/s"}
    # Only files give ids that no entity has.
    hidden = {"broken", "per_second"} | ({"left_out"} if not any(part.left_out for part in result) else set())
    print_table(
        [
            {
                **part.model_dump(exclude=hidden),
                "rate": f"{part.per_second:,} {rates[part.modality]}" if part.per_second else None,
            }
            for part in result
        ]
    )
    for part in result:
        if part.broken:
            rows = [picture.model_dump() for picture in part.broken[:5]]
            print_table(rows, f"{len(part.broken)} pictures could not be read, the first ones:")
