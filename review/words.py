"""How numbers, relations, times and fixed words read on a page, in the language of the request."""

import math
import re
from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal, format_percent

from graph.curation.audit_sample import Estimate
from graph.page.audit import DISPLACED
from graph.page.card import Fact
from review.language import ENGLISH, N_, gettext, language, ngettext

# English readers write dates in two orders; this one is read alike by all, and sorts.
_ENGLISH_DAY = "yyyy-MM-dd"
_ENGLISH_CLOCK = "HH:mm:ss"
_ENGLISH_PERCENT = "#,##0 %"
# Words that the graph holds, as they are, and the page shows in the reader's language.
NONE_OF_THESE = N_("none of these")
REASONS = (
    N_("wrong answer"),
    N_("not to be seen in the picture"),
    N_("too general"),
    N_("too specific"),
    N_("the source is mistaken"),
    N_("two entities are the same"),
)
VERDICTS = (
    N_("accepted"),
    N_("rejected"),
    N_("undone"),
    N_("pending"),
    N_("for"),
    N_("against"),
    N_("opinion"),
    N_("contested"),
)
QUEUES = (N_("review"), N_("audit"), N_("batch"), N_("import"))
ROLES = (N_("viewer"), N_("curator"), N_("admin"))
_LIKELIHOODS = (
    (0.95, N_("almost certain")),
    (0.8, N_("very likely")),
    (0.6, N_("likely")),
    (0.4, N_("as likely as not")),
    (0.2, N_("unlikely")),
)
_LEAST = N_("very unlikely")
_FIXED = frozenset((*REASONS, NONE_OF_THESE, N_("another answer is right"), *VERDICTS, *QUEUES, *ROLES))
assert DISPLACED in _FIXED

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


def word(said: str | None) -> str:
    """A verdict, reason, role or queue that the graph holds in English; what people wrote themselves stays."""
    return gettext(said) if said in _FIXED else said or ""


def voice(said: str) -> str:
    """What one person said of a link, such as ``ana: accepted``."""
    by, _, verdict = said.rpartition(": ")
    return f"{by}: {word(verdict)}"


def number(value: float) -> str:
    """A whole number, its thousands apart."""
    return format_decimal(value, "#,##0", locale=language())


def figure(value: object, digits: int = 3) -> str:
    """A number with so many decimals; a dash for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "–"
    return f"{value}" if not math.isfinite(value) else format_decimal(value, f"0.{'0' * digits}", locale=language())


def percent(share: float | None) -> str:
    """A share of 1 as a whole percentage; never 100 % or 0 % for what is not quite so."""
    if share is None or not math.isfinite(share):
        return "–"
    if 0.99 < share < 1:
        return f"> {_percent(0.99)}"
    if 0 < share < 0.01:
        return f"< {_percent(0.01)}"
    return _percent(share)


def _percent(share: float) -> str:
    return format_percent(share, _ENGLISH_PERCENT if language() == ENGLISH else None, locale=language())


def odds(probability: float, relation_name: str, answer: float | None = None) -> str:
    """What a probability means: how many of ten, or of a hundred, links like it are right, if there is an answer."""
    of = 100 if min(probability, 1 - probability) <= _EDGE + 1e-9 else 10
    right = round(probability * of)
    many = number(right)
    if 0.99 < probability < 1:
        right, many = 99, gettext("more than %(number)s", number=number(99))
    elif 0 < probability < 0.01:
        many = gettext("fewer than %(number)s", number=number(1))
    said = ngettext(
        "If there is an unrecorded answer to “%(relation)s”, %(many)s in %(of)s links like this one is right.",
        "If there is an unrecorded answer to “%(relation)s”, %(many)s in %(of)s links like this one are right.",
        right,
        relation=relation(relation_name),
        many=many,
        of=number(of),
    )
    return f"{said} {_whether(answer)}"


def _whether(answer: float | None) -> str:
    if answer is None:
        return gettext("Whether there is one is not known.")
    if answer == 1:
        return gettext("There is one, as declared.")
    return gettext("There is one in %(share)s of such cases.", share=percent(answer))


def likelihood(probability: float | None) -> str:
    """The probability as a person would say it."""
    if probability is None:
        return gettext("not known")
    said = next((said for least, said in _LIKELIHOODS if probability >= least), _LEAST)
    return gettext(said)


def moment(at: datetime) -> str:
    """A time to the second, in the server's own zone."""
    form = f"{_ENGLISH_DAY} {_ENGLISH_CLOCK}" if language() == ENGLISH else "medium"
    return format_datetime(at.astimezone(), form, locale=language())


def day(at: datetime) -> str:
    """The date, in the server's own zone."""
    return format_date(at.astimezone(), _ENGLISH_DAY if language() == ENGLISH else "medium", locale=language())


def clock(at: datetime) -> str:
    """The time of day."""
    return format_time(at.astimezone(), _ENGLISH_CLOCK if language() == ENGLISH else "medium", locale=language())


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


def precision(found: Estimate) -> str:
    """How often the model was right, with the interval: ``8 of 10 right: 80 % (49 % to 94 %)``.

    Of a sample with weights the percentages are of all links, which is said.
    """
    counted = {"right": number(found.right), "of": number(found.of), "share": percent(found.share)}
    counted |= {"low": percent(found.low), "high": percent(found.high)}
    if found.weighted:
        said = gettext(
            "%(right)s of %(of)s right; weighted back, of all links %(share)s (%(low)s to %(high)s)", **counted
        )
    else:
        said = gettext("%(right)s of %(of)s right: %(share)s (%(low)s to %(high)s)", **counted)
    skipped = gettext("%(count)s skipped", count=number(found.skipped))
    return f"{said}, {skipped}" if found.skipped else said
