"""How numbers, relations and times read on a page."""

import math
import re
from collections.abc import Sequence
from datetime import datetime

from graph.page.card import Fact

# Where a share or probability is nearer to 0 or 1 than this, it is shown in hundredths.
_EDGE = 0.05


def relation(name: str) -> str:
    """A relation in words: ``isCreatedByArtist`` is "is created by artist", ``HAS_STYLE`` "has style".

    A name that is words already, or begins with a namespace (``crm__P14_carried_out_by``), stays as it is.
    """
    if re.search(r"__|:|\s", name):
        return name
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_+", " ", name)
    return spaced.strip().lower() or name


def percent(share: float | None) -> str:
    """A share of 1 as a whole percentage; never 100 % or 0 % for what is not quite so."""
    if share is None or not math.isfinite(share):
        return "–"
    if 0.99 < share < 1:
        return "> 99 %"
    if 0 < share < 0.01:
        return "< 1 %"
    return f"{share * 100:.0f} %"


def odds(probability: float, relation_name: str, answer: float | None = None) -> str:
    """What a probability means: how many of ten, or of a hundred, links like it are right, if there is an answer."""
    of = 100 if min(probability, 1 - probability) <= _EDGE + 1e-9 else 10
    many = str(round(probability * of))
    if 0.99 < probability < 1 or 0 < probability < 0.01:
        many = "more than 99" if probability > 0.5 else "fewer than 1"
    right = f"{many} in {of} links like this one are right."
    said = f"If there is an unrecorded answer to “{relation(relation_name)}”, {right}"
    if answer is None:
        return f"{said} Whether there is one is not known."
    if answer == 1:
        return f"{said} There is one, as declared."
    return f"{said} There is one in {percent(answer)} of such cases."


def likelihood(probability: float | None) -> str:
    """The probability as a person would say it."""
    if probability is None:
        return "not known"
    steps = [
        (0.95, "almost certain"),
        (0.8, "very likely"),
        (0.6, "likely"),
        (0.4, "as likely as not"),
        (0.2, "unlikely"),
    ]
    return next((word for least, word in steps if probability >= least), "very unlikely")


def moment(at: datetime) -> str:
    """A time to the second, in the server's own zone."""
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"


def day(at: datetime) -> str:
    """The date, in the server's own zone."""
    return f"{at.astimezone():%Y-%m-%d}"


def clock(at: datetime) -> str:
    """The time of day."""
    return f"{at.astimezone():%H:%M:%S}"


def web_address(address: str | None) -> str | None:
    """The address if a browser may be sent there; a source could hold ``javascript:`` ones."""
    return address if address and address.lower().startswith(("https://", "http://")) else None


def origin(fact: Fact) -> str:
    """The sources that record a fact, and since when; empty where people alone made it one."""
    recorded = ", ".join(fact.recorded_by)
    return f"{recorded}, {day(fact.since)}" if recorded and fact.since else recorded


def origins(facts: Sequence[Fact]) -> list[str]:
    """The different origins of some facts, in their order."""
    return [said for said in dict.fromkeys(map(origin, facts)) if said]


def interval(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson (1927, https://doi.org/10.1080/01621459.1927.10502953)."""
    z = 1.959964
    share, spread = right / of, z * z / of
    middle, half = share + spread / 2, z * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def precision(right: int, of: int) -> str:
    """How often the model was right, with the interval: ``8 of 10 right: 80 % (49 % to 94 %)``."""
    low, high = interval(right, of)
    return f"{right:,} of {of:,} right: {percent(right / of)} ({percent(low)} to {percent(high)})"
