"""The command line."""

import importlib.metadata
import sys
import warnings
from typing import Annotated, NoReturn

import typer

from base.errors import InputError, PipelineError
from base.files import is_full
from flows.commands import (
    adopt,
    backup,
    doctor,
    encode,
    evaluate,
    exchange,
    export,
    ingest,
    models,
    predict,
    query,
    retrain,
    review,
    rules,
    run,
    servers,
    train,
    tune,
)
from flows.runtime import json_lines

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Find the links a museum's knowledge graph is missing, from its pictures, texts and facts.",
)
GROUPS = (
    run,
    ingest,
    adopt,
    encode,
    export,
    train,
    tune,
    models,
    evaluate,
    predict,
    rules,
    review,
    exchange,
    query,
    retrain,
    servers,
    doctor,
    backup,
)
for group in GROUPS:
    app.add_typer(group.app)


def say_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        print(f"vlkge {importlib.metadata.version('vlkge-pipeline')}")
        raise typer.Exit


@app.callback()
def general(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and end.", callback=say_version, is_eager=True),
    ] = False,
) -> None:
    """Options that belong to no command."""


def main() -> None:
    """Run the command; an error that we raise on purpose becomes one sentence and an exit code."""
    # PyG compiles some functions when it is imported, which is nothing that our readers could change.
    warnings.filterwarnings("ignore", message="`torch.jit", category=FutureWarning)
    if json_lines.are_wanted():
        sys.stderr = json_lines.JsonStream(sys.stderr)
    try:
        app()
    except InputError as error:
        fail(error, code=2)
    except PipelineError as error:
        fail(error, code=1)
    except OSError as error:
        if not is_full(error):
            raise
        fail(f"the disk is full ({error}): make room and type the same command again", code=1)


def fail(error: Exception | str, code: int) -> NoReturn:
    print(f"vlkge: {error}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
