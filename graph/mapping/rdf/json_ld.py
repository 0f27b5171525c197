"""Records of JSON-LD as quads, their contexts put in place: bundled or files of the mapping's folder, never fetched."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from base.errors import InputError, first_line

CONTEXTS = {"https://linked.art/ns/v1/linked-art.json": Path(__file__).parent / "contexts/linked-art.json"}
LINES = ("jsonl", "ndjson")
# Records that share a context are parsed together: the parser takes 40 ms to read Linked Art's.
BATCH = 200


@dataclass(frozen=True)
class Record:
    """One document of a file. line: where it stands in a file of one a line. alone: cannot be parsed with others, as
    its blank nodes or its named graph are its own; then it may be a list."""

    path: Path
    line: int | None
    content: Any
    alone: bool

    def place(self) -> str:
        return f"{self.path}" if self.line is None else f"{self.path}, line {self.line}"


def load_contexts(folder: Path, given: Mapping[str, str]) -> dict[str, Any]:
    """The bundled contexts and those that a mapping names as files of its folder, by address."""
    contexts = {}
    for address, path in {**CONTEXTS, **{address: folder / name for address, name in given.items()}}.items():
        try:
            content = json.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            raise InputError(f"the context {address} should be in {path}: {first_line(error)}") from error
        if not isinstance(content, dict) or "@context" not in content:
            raise InputError(f"{path} is no JSON-LD context: it must be an object with the key @context")
        contexts[address] = content["@context"]
    return contexts


def read_records(path: Path, content: Iterable[bytes], lines: bool) -> Iterator[Record]:
    """The records of a file: one document, a list of them, or one a line. Raises InputError with file and line."""
    if lines:
        for number, line in enumerate(content, 1):
            if line.strip():
                yield from _split(path, number, line)
    else:
        yield from _split(path, None, b"".join(content))


def parse_records(records: Iterable[Record], base: str | None, contexts: Mapping[str, Any]) -> Iterator[ox.Quad]:
    """The statements of all records. Raises InputError with the place of one that is wrong."""
    for (context, alone), group in groupby(records, key=lambda record: (_context_of(record), record.alone)):
        shared: dict[str, Any] = {}
        while batch := list(islice(group, 1 if alone else BATCH)):
            if context is not None and not shared:
                shared = _filled(
                    Record(batch[0].path, batch[0].line, {"@context": json.loads(context)}, True), contexts
                )
            parts = [_filled(record, contexts) for record in batch]
            try:
                yield from _parse(parts[0] if alone else {**shared, "@graph": parts}, base)
            except SyntaxError as error:
                _blame(batch, shared, parts, base, error)


def _split(path: Path, number: int | None, content: bytes) -> Iterator[Record]:
    try:
        given = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        at = number or content.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}, line {at} is not UTF-8; JSON-LD must be") from error
    except RecursionError as error:
        raise InputError(f"{path} is JSON of more levels than can be read") from error
    except ValueError as error:
        line = number or getattr(error, "lineno", 1)
        raise InputError(f"{path}, line {line} is not JSON: {getattr(error, 'msg', error)}") from error
    alone = b'"_:' in content or b'"@graph"' in content
    records = given if isinstance(given, list) else [given]
    for record in records:
        if not isinstance(record, dict):
            where = path if number is None else f"{path}, line {number}"
            raise InputError(
                f"{where}: {str(record)[:40]!r} is no JSON-LD; that is an object, a list of objects, or one a line"
            )
    yield from [Record(path, number, given, True)] if alone else (Record(path, number, r, False) for r in records)


def _context_of(record: Record) -> str | None:
    context = None if record.alone else record.content.get("@context")
    if isinstance(context, list) and len(context) == 1:
        (context,) = context
    return None if context is None else json.dumps(context, sort_keys=True)


def _filled(record: Record, contexts: Mapping[str, Any]) -> Any:
    try:
        if record.alone:
            return _fill(record.content, contexts)
        return _fill({key: value for key, value in record.content.items() if key != "@context"}, contexts)
    except InputError as error:
        raise InputError(f"{record.place()} {error}") from error


def _fill(node: Any, contexts: Mapping[str, Any]) -> Any:
    """The JSON with each context's address replaced by what stands there, on any level."""
    if isinstance(node, list):
        return [_fill(item, contexts) for item in node]
    if not isinstance(node, dict):
        return node
    filled = {key: _fill(value, contexts) for key, value in node.items() if key != "@context"}
    if "@context" in node:
        given = node["@context"] if isinstance(node["@context"], list) else [node["@context"]]
        filled = {"@context": [_find(one, contexts) for one in given], **filled}
    return filled


def _find(context: Any, contexts: Mapping[str, Any]) -> Any:
    if isinstance(context, dict) and "@import" in context:
        imported = _find(context["@import"], contexts)
        own = {key: value for key, value in context.items() if key != "@import"}
        return {**imported, **own} if isinstance(imported, dict) else [imported, own]
    if not isinstance(context, str):
        return context
    for address in (context, context.replace("http:", "https:", 1)):
        if address in contexts:
            return contexts[address]
    raise InputError(
        f"uses the context {context}, and nothing is fetched; save it beside the files and name it: "
        f'contexts = {{ "{context}" = "context.json" }} (bundled: {", ".join(CONTEXTS)})'
    )


def _parse(document: Any, base: str | None) -> list[ox.Quad]:
    content = BytesIO(json.dumps(document).encode())
    return list(ox.parse(content, format=ox.RdfFormat.JSON_LD, base_iri=base, rename_blank_nodes=True, lenient=True))


def _blame(batch: list[Record], shared: Any, parts: list[Any], base: str | None, error: SyntaxError) -> None:
    for record, part in zip(batch, parts, strict=True):
        try:
            _parse(part if record.alone else {**shared, **part}, base)
        except SyntaxError as wrong:
            raise InputError(f"{record.place()}: {wrong.msg or wrong}") from wrong
    raise InputError(f"{batch[0].place()} to {batch[-1].place()}: {error.msg or error}") from error
