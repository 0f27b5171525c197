"""`vlkge run DIR` and `vlkge demo`: everything, in order."""

import shutil
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.commands import start_services
from flows.commands.encode import print_encoded
from flows.commands.evaluate import print_evaluation
from flows.commands.ingest import print_ingested
from flows.commands.options import (
    Config,
    Device,
    Encoder,
    Folder,
    FromTriples,
    LinksPerHead,
    Mapping,
    PatternsFile,
    Source,
)  # fmt: skip
from flows.commands.predict import print_published
from flows.runtime.output import Json, print_json, print_table

if TYPE_CHECKING:
    from flows.run import Run

app = typer.Typer()

DEMO = Path(__file__).parents[2] / "examples" / "art"

Setting = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A hyperparameter, repeatable.")]
Add = Annotated[bool, typer.Option("--add", help="Add it to a graph that other sources already filled.")]


@app.command()
def run(
    folder: Folder,
    source: Source = None,
    add: Add = False,
    mapping: Mapping = None,
    entities_from_triples: FromTriples = False,
    encoder: Encoder = None,
    config: Config = None,
    setting: Setting = None,
    patterns: PatternsFile = None,
    top_k: LinksPerHead = 3,
    limit: Annotated[int, typer.Option(min=1, help="Maximum links per relation.")] = 1000,
    device: Device = "auto",
    json: Json = False,
) -> None:
    """Ingest a folder, encode, train, evaluate, predict and write back; run it again to continue."""
    from flows.runtime import hyperparameters

    chosen = hyperparameters.read(config, setting or [])
    _run(
        json,
        folder=str(folder.absolute()),
        source=source,
        add=add,
        mapping=str(mapping.resolve()) if mapping else None,
        entities_from_triples=entities_from_triples,
        encoder=encoder,
        config=chosen,
        patterns=str(patterns.resolve()) if patterns else None,
        top_k=top_k,
        limit=limit,
        device=device,
    )


@app.command()
def demo(json: Json = False) -> None:
    """Run the whole pipeline on the small art graph that comes with the project."""
    from flows.runtime import hyperparameters

    _run(json, folder=str(DEMO), source="demo", config=hyperparameters.read(None, []))


def _run(json: bool, **parameters: Any) -> None:
    start_services()
    from flows.run import run as flow

    result = flow(**parameters)
    if json:
        print_json(result)
    else:
        _print_run(result)


def find_silent(relations: Sequence[dict[str, Any]], untrained: Collection[str]) -> list[str]:
    """The relations without a new link, but for those of which it was said already that no fact trains them."""
    names = [str(row["relation"]) for row in relations if not row["current"]]
    return [name for name in names if name not in untrained]


def _print_run(result: "Run") -> None:
    print_ingested(result.ingested)
    print_encoded(result.encoded)
    if result.evaluated is None:
        print("no fact is held back to test on: so few say nothing of how well the model does")
    else:
        print_evaluation(
            result.evaluated, [str(row["relation"]) for row in result.published.relations if row["current"]]
        )
    print_published(result.published)
    if silent := find_silent(result.published.relations, result.published.untrained):
        print(f"no new links of {', '.join(silent)}: what could have one has one, or nothing was learned of it")
    print_table(result.best, "the strongest new links of each relation")
    example = result.best[0]["relation"] if result.best else "RELATION"
    # As it can be typed: make runs it from an environment that the shell does not know.
    vlkge = "vlkge" if shutil.which("vlkge") else sys.argv[0]
    print(
        f"""
What next:
  {vlkge} query                                            the questions that have a name
  {vlkge} query list_links_of_relation relation={example} limit=20
  {vlkge} up                                               the addresses of Neo4j Browser and of Prefect
  {vlkge} reset                                            empty the graph, for a folder of your own:
  {vlkge} run DIR
  {vlkge} down                                             stop both servers; the graph stays"""
    )
