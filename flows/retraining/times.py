"""When nights are due, checked without Prefect: what is no schedule is refused before any server starts."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from base.errors import InputError

LONGEST = 366 * 24 * 60 * 60
NAMED = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")


def check(cron: str | None, interval: float | None, timezone: str) -> None:
    """Raise InputError unless exactly one of both is given and comes due, in a time zone that is one."""
    if (cron is None) == (interval is None):
        raise InputError("give either --cron, for example '0 2 * * *', or --interval, in seconds")
    if interval is not None and not 1 <= interval <= LONGEST:
        raise InputError(f"the interval is {interval} seconds; it must be at least 1 and at most {LONGEST:,}, a year")
    if not timezone:
        raise InputError("the time zone is empty; give one such as Europe/Amsterdam or UTC")
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        raise InputError(f"there is no time zone {timezone!r}; there are Europe/Amsterdam, UTC and so on") from error
    if cron is not None:
        _check_cron(cron)


def check_name(name: str) -> None:
    """Raise InputError for what can be no name of a schedule."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", name):
        raise InputError(f"the schedule's name is {name!r}; it may have letters, digits, '.', '-' and '_'")


def _check_cron(cron: str) -> None:
    """Also what Prefect takes and nobody means: a sixth field for seconds, a day that never comes."""
    if cron.strip() in NAMED:
        return
    if cron.strip().startswith("@"):
        raise InputError(f"the cron line is {cron!r}; of those with @ there are {', '.join(NAMED)}")
    fields = len(cron.split())
    if fields != 5:
        raise InputError(
            f"the cron line {cron!r} has {fields} fields; it must have five: minute, hour, day of the month, month and "
            "day of the week, as '0 2 * * *' for every night at 2"
        )
    try:
        next(CronSim(cron, datetime.now(UTC)))
    except (CronSimError, StopIteration) as error:
        reason = f"{error}".lower() or "no such day is in any of its months"
        raise InputError(f"the cron line {cron!r} never comes due: {reason}") from error
