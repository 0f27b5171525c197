"""`vlkge rules`."""

from typing import Annotated

import typer

from flows.commands.options import Model
from flows.runtime.output import Json, print_json, print_table

app = typer.Typer()


@app.command()
def rules(
    relation: Annotated[str | None, typer.Option("--relation", "-r", help="Only rules about this relation.")] = None,
    model: Model = None,
    limit: Annotated[int, typer.Option(min=1, help="Maximum number of rules, the surest first.")] = 20,
    min_confidence: Annotated[
        float, typer.Option(min=0, max=1, help="Minimum confidence, the lower end of a 95 % interval.")
    ] = 0.0,
    json: Json = False,
) -> None:
    """List the rules of a model's training facts as sentences with counts, such as "of 45 works by Monet, 43 are …".

    All rules are in rules.parquet beside the model.

    Example:

        vlkge rules --relation hasStyle
    """
    from flows.rules import list_rules

    found = list_rules(relation=relation, model=model, limit=limit, min_confidence=min_confidence)
    if json:
        print_json(found.model_dump(mode="json"))
        return
    rows = [{"at least": f"{rule.confidence:.0%}", "rule": rule.sentence} for rule in found.rules]
    print_table(rows, f"{len(rows)} of {found.count:,} rules of model {found.model}")
