"""What a run shows in Prefect: the work never ends because Prefect did not take it."""

import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)


def show(make: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T | None:
    """What ``make(…)`` returns, one of Prefect's ``create_…_artifact``; None, and a warning, where that fails.

    Whatever the server answers, or that it is away: there is no error of the artifacts' route that the work depends on.
    """
    try:
        return make(*arguments, **options)
    except Exception as error:
        logger.warning("Prefect did not take %s: %s", getattr(make, "__name__", make), error or type(error).__name__)
        return None
