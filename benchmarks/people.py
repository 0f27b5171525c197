"""People at the curators' page: each decides every few seconds and then sees the next card, whatever that takes.

Decisions fall due by the clock (an open loop): one that the page answers late is counted from when it was due, so a
page that cannot keep up is not measured gently. Each person's script asks for new proposals as the page's own does.
"""

import asyncio
import contextlib
import re
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import quote, urlencode

PACE = 5.0  # seconds from one decision to the next
# Of each person so many decisions come before those that count.
WARMING = 2
# As the page's script waits between its questions for proposals.
PROPOSAL_WAITS = (0.3, 0.6, 1.2, 2.4, 4.8)
_FIELD = re.compile(r'name="(token|filters|key|seen)" value="([^"]*)"')


@dataclass
class Waits:
    """What the people had to wait: seconds from when a decision was due to the next card, and what else came back."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0
    decided: int = 0


class Line:
    """One kept connection to the page. It reads an answer with the least work, so that the page is measured."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._cookie = ""
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, target: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and text of the answer to GET, or to POST of a form as the page's script sends it."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self.host, self.port)
        reader, writer = self._streams
        body = urlencode(form).encode() if form is not None else b""
        head = [f"{'GET' if form is None else 'POST'} {target} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        if form is not None:
            head += ["Content-Type: application/x-www-form-urlencoded", "X-Review-Script: 1"]
            head.append(f"Content-Length: {len(body)}")
        head += [f"Cookie: {self._cookie}"] if self._cookie else []
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        answered = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        named = {name.lower(): value for name, _, value in (line.partition(": ") for line in answered.split("\r\n"))}
        if "set-cookie" in named:
            self._cookie = named["set-cookie"].partition(";")[0]
        text = await reader.readexactly(int(named.get("content-length", 0)))
        return int(answered.split(" ", 2)[1]), text.decode()

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()


async def work(host: str, port: int, cards: Sequence[str], seconds: float) -> Waits:
    """One person for each card, who begins there; the decisions of all are spread evenly over the pace."""
    waits = Waits()
    begin = time.monotonic() + 1.0
    people = [
        _person(host, port, card, begin + PACE * place / len(cards), int(seconds // PACE), waits)
        for place, card in enumerate(cards)
    ]
    await asyncio.gather(*people)
    return waits


async def _person(host: str, port: int, card: str, begin: float, turns: int, waits: Waits) -> None:
    line, asked = Line(host, port), Line(host, port)
    await asyncio.sleep(max(begin - time.monotonic(), 0.0))
    _, page = await line.ask(f"/queue?{urlencode({'card': card}, quote_via=quote)}")
    proposals: asyncio.Task[None] | None = None
    for turn in range(turns):
        due = begin + PACE * (turn + 1)
        await asyncio.sleep(max(due - time.monotonic(), 0.0))
        if proposals is not None:
            proposals.cancel()
            # An answer that was under way would be read as that to the next question.
            asked.close()
            asked = Line(host, port)
        shown = {name: unescape(value) for name, value in _FIELD.findall(page)}
        form = {"id": str(uuid.uuid4()), "verdict": ("accepted", "rejected")[turn % 2], **shown}
        status, page = await line.ask("/decide", form)
        waits.decided += 1
        waits.errors += status != 200
        if turn >= WARMING:
            waits.seconds.append(time.monotonic() - due)
        proposals = asyncio.create_task(_ask_for_proposals(asked, shown["key"]))
    if proposals is not None:
        proposals.cancel()
    for opened in (line, asked):
        opened.close()


async def _ask_for_proposals(line: Line, key: str) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        for wait in PROPOSAL_WAITS:
            await asyncio.sleep(wait)
            status, _ = await line.ask(f"/proposals?{urlencode({'card': key}, quote_via=quote)}")
            if status == 200:
                return
