"""`vlkge doctor`: what is wrong with this installation, and what to type."""

import typer

from flows.runtime.output import Json, print_json, print_table

app = typer.Typer()


@app.command()
def doctor(json: Json = False) -> None:
    """Check database, indexes, disk, GPU, Prefect, encoders, pictures and models; starts and changes nothing.

    Shows the state of each and, if something is wrong, what to type. Exit code 1 if something fails.
    """
    from flows.runtime.doctor import examine
    from flows.runtime.settings import Settings

    findings = examine(Settings())
    worst = max((f.state for f in findings), key=["ok", "warn", "fail"].index)
    if json:
        print_json({"state": worst, "findings": findings})
    else:
        print_table([finding.model_dump() for finding in findings])
    raise typer.Exit(1 if worst == "fail" else 0)
