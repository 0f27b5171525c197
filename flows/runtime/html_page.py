"""Tables and sentences as one HTML page that needs nothing else."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from base.files import write_text

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; color: #222; }
div { overflow-x: auto; } table { border-collapse: collapse; }
th, td { border-bottom: 1px solid #ddd; padding: .3rem .8rem; text-align: left; vertical-align: top; }
th { position: sticky; top: 0; background: #fff; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
td { max-width: 28rem; overflow-wrap: break-word; }
"""
Section = tuple[str, Sequence[Mapping[str, Any]] | Sequence[str]]


def write_page(path: Path, title: str, sections: Sequence[Section]) -> None:
    """Write sections, each a heading with rows of a table or with sentences; empty ones are left away."""
    parts = [f"<h2>{escape(heading)}</h2>{_write(content)}" for heading, content in sections if content]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    body = f"<h1>{escape(title)}</h1>{''.join(parts)}"
    write_text(
        path, f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head><body>{body}</body></html>\n'
    )


def _write(content: Sequence[Mapping[str, Any]] | Sequence[str]) -> str:
    if isinstance(content[0], str):
        return f"<ul>{''.join(f'<li>{escape(str(line))}</li>' for line in content)}</ul>"
    rows = [row for row in content if isinstance(row, Mapping)]
    head = "".join(f"<th>{escape(str(name).replace('_', ' '))}</th>" for name in rows[0])
    body = "".join(f"<tr>{''.join(map(_cell, row.values()))}</tr>" for row in rows)
    return f"<div><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f'<td class="number">{value:.3g}</td>'
    if isinstance(value, int):
        return f'<td class="number">{value:,}</td>'
    return f"<td>{escape(', '.join(map(str, value)) if isinstance(value, list | tuple) else str(value))}</td>"
