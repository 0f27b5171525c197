"""The command line."""

import sys
import warnings
from typing import NoReturn

import typer

from base.errors import InputError as GraphInputError
from base.errors import InputError as ModelsInputError
from base.errors import PipelineError
from flows.commands import backup, doctor, evaluate, graph, models, predict, query, review, rules, run, servers, tune
from flows.commands import exchange as curate
from flows.commands import retrain as schedule
from flows.commands import train as model

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Find the links a museum's knowledge graph is missing, from its pictures, texts and facts.",
)
GROUPS = (
    run,
    graph,
    model,
    tune,
    models,
    evaluate,
    predict,
    rules,
    review,
    curate,
    query,
    schedule,
    servers,
    doctor,
    backup,
)
for group in GROUPS:
    app.add_typer(group.app)


def main() -> None:
    """Run the command; an error that we raise on purpose becomes one sentence and an exit code."""
    # PyG compiles some functions when it is imported, which is nothing that our readers could change.
    warnings.filterwarnings("ignore", message="`torch.jit", category=FutureWarning)
    try:
        app()
    except (GraphInputError, ModelsInputError) as error:
        fail(error, code=2)
    except PipelineError as error:
        fail(error, code=1)


def fail(error: Exception, code: int) -> NoReturn:
    print(f"vlkge: {error}", file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
