"""The lines of [[lido]] and [lido.event.NAME] in a mapping, and the events that are known without them."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from graph.loading.nobody import NOBODY
from graph.mapping.source_kind import SourceKind


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"this is no regular expression: {error}") from error
    return pattern


class Event(BaseModel):
    """[lido.event.NAME]: what an event of these types says of the work, by the relation that it becomes.

    types: of eventType, terms in any language or IRIs, capitals all one. dated: the property of its date.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    types: list[str]
    actor: str | None = None
    place: str | None = None
    culture: str | None = None
    dated: str | None = None


MADE = ["production", "creation", "creating", "making", "design", "designing", "herstellung", "entstehung", "entwurf",
        "ausführung", "vervaardiging", "création", "producere", "http://terminology.lido-schema.org/lido00007",
        "http://terminology.lido-schema.org/lido00012", "http://terminology.lido-schema.org/lido00224"]  # fmt: skip
FOUND = ["finding", "excavation", "fund", "auffindung", "vondst", "découverte", "descoperire",
         "http://terminology.lido-schema.org/lido00002"]  # fmt: skip
EVENTS = {
    "made": Event(types=MADE, actor="createdBy", place="madeAt", culture="fromCulture", dated="dated"),
    "found": Event(types=FOUND, actor="foundBy", place="foundAt", dated="found"),
}


class LidoLines(SourceKind):
    """file: patterns of files. language: in which order languages are taken; "*" is any. label: of the records.

    unless: names that say that nobody is known. roles: an actor's role, in any language -> the relation, where it is
    not the event's. event: further events, or others in place of `made` and `found`. split: what parts materials that
    stand in one text.
    """

    file: str | list[str]
    language: list[str] = Field(["en", "", "*"])
    label: str = "Artwork"
    unless: Annotated[str, AfterValidator(_compiles)] = NOBODY
    roles: dict[str, str] = Field(default_factory=dict)
    event: dict[str, Event] = Field(default_factory=dict)
    split: Annotated[str, AfterValidator(_compiles)] = r"\s*;\s*"
