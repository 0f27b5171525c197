"""Named tensors and a little JSON in one safetensors file that is either the old one or the new one, never half."""

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from base.errors import InputError
from base.files import replacing, write_text

BLOCK = 1 << 24  # bytes read at once


def save_tensors(tensors: Mapping[str, Tensor], path: Path, note: Mapping[str, Any] | None = None) -> None:
    """Write tensors and `note`, which JSON can hold, to `path`, atomically."""
    contiguous: dict[str, Tensor] = {}
    storages = set()
    for name, tensor in tensors.items():
        value = tensor.detach().cpu().contiguous()
        # safetensors refuses two in one memory; all others are written from where they are, as tables are large
        contiguous[name] = value.clone() if value.untyped_storage().data_ptr() in storages else value
        storages.add(value.untyped_storage().data_ptr())
    with replacing(path) as draft:
        save_file(contiguous, draft, metadata={"note": json.dumps(note or {})})


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors, on the CPU, and the note; raises InputError for a file that is not one of ours."""
    try:
        with safe_open(path, framework="pt") as file:
            note = json.loads((file.metadata() or {})["note"])
            return {name: file.get_tensor(name) for name in file.keys()}, note  # noqa: SIM118 (not a dict)
    except (OSError, SafetensorError, KeyError, json.JSONDecodeError) as error:
        raise InputError(f"{path} is not a complete safetensors file of this project: {error}") from error


def save_checksum(path: Path) -> None:
    """Write a file's CRC-32 beside it, as hexadecimal digits in a file that ends in `.crc32`.

    It is for damage by disks and copies, which a digest finds no better, at a fraction of the speed.
    """
    write_text(path.with_suffix(".crc32"), f"{_checksum(path)}\n")


def check_checksum(path: Path) -> None:
    """Raise InputError where a file is not what its checksum says; files of before there were any pass."""
    told = path.with_suffix(".crc32")
    if not told.is_file():
        return
    expected, found = told.read_text(encoding="utf-8", errors="replace").strip(), _checksum(path)
    if found != expected:
        raise InputError(
            f"{path} is damaged: its checksum is {found}, and {told.name} says {expected!r}. Restore both from a "
            f"backup, or delete {path.parent} and train again"
        )


def _checksum(path: Path) -> str:
    total = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            total = zlib.crc32(block, total)
    return f"{total:08x}"


def save_json(content: object, path: Path) -> None:
    """Write JSON to `path`, atomically."""
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False))


def read_json(path: Path) -> Any:
    """What JSON holds; raises InputError where it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
