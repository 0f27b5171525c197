"""The picture store: every picture once, in a file named by its content's SHA-256."""

import hashlib
import re
import struct
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath

from PIL import Image, UnidentifiedImageError

from base.errors import PipelineError
from base.files import replacing
from base.picture_colours import to_srgb
from base.progress import Progress, silent
from graph.download import Limits, PictureError, download
from graph.hosts import Hosts
from graph.iiif import find_picture

# Pillow's name of a format, and the file name ending that it gets here.
FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "TIFF": "tif", "BMP": "bmp",
           "AVIF": "avif", "JPEG2000": "jp2"}  # fmt: skip
MAX_PIXELS = 80_000_000  # below Pillow's own limit, so that a decompression bomb is refused by its header alone
MAX_FILE_BYTES = 200_000_000
# How files begin that are taken for pictures and are none, or none that can be read.
KINDS = {
    b"<!doctype html": "it is an HTML page", b"<html": "it is an HTML page", b"<svg": "it is an SVG drawing",
    b"<?xml": "it is an XML document", b"%pdf": "it is a PDF document", b"%!ps": "it is a PostScript document",
    b"8bps": "it is a Photoshop file", b"\x1f\x8b": "it is packed by gzip", b"pk\x03\x04": "it is a ZIP archive",
    b"\0\0\1\0": "it is an icon", b"version https://git-lfs": "it is a Git LFS pointer, `git lfs pull` brings the file",
    b"{": "it is JSON",
}  # fmt: skip
# How the formats that are read begin: what begins so and cannot be opened is broken.
BEGINNINGS = (b"\xff\xd8", b"\x89png", b"riff", b"gif8", b"ii*\0", b"mm\0*", b"bm")
AVIF = re.compile(rb"avi[fs]")  # among the kinds that a file of this family says it is of


@dataclass(frozen=True)
class PictureStore:
    """Pictures in ``<folder>/<first two hex>/<sha256>.<ext>``; what is in it was decoded once without an error.

    keep: whether what is added is written; False only checks it.
    """

    folder: Path
    keep: bool = True

    def add(self, content: bytes) -> str:
        """Keep a picture and return its SHA-256 in hex. Raises PictureError where it is not a whole picture."""
        digest = hashlib.sha256(content).hexdigest()
        if digest not in self:
            form = check_picture(content)
            if self.keep:
                self._write(digest, FORMATS[form], content)
        return digest

    def path(self, digest: str) -> Path:
        """The picture's file. Raises PipelineError where the store lacks it."""
        path = self._find(digest)
        if path is None:
            raise PipelineError(
                f"the picture {digest} is not in {self.folder}; ingest its source again to copy it there"
            )
        return path

    def __contains__(self, digest: str) -> bool:
        return self._find(digest) is not None

    def _find(self, digest: str) -> Path | None:
        places = (self.folder / digest[:2] / f"{digest}.{ending}" for ending in FORMATS.values())
        return next((place for place in places if place.is_file()), None)

    def _write(self, digest: str, ending: str, content: bytes) -> None:
        # A kill in the middle must not leave half a picture under a name that vouches for it.
        with replacing(self.folder / digest[:2] / f"{digest}.{ending}") as draft:
            draft.write_bytes(content)


class MissingPictureError(PictureError):
    """The folder does not have the file."""


@dataclass(frozen=True)
class Gathered:
    """What came of the pictures: address -> SHA-256 of those in the store, address -> why of those that were not had.

    A file that is missing is in both where an earlier run had it.
    """

    digests: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)


def gather_pictures(
    store: PictureStore,
    folder: Path,
    addresses: Iterable[str],
    *,
    known: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    web: bool = True,
    keep_missing: bool = True,
    progress: Progress = silent,
) -> Gathered:
    """Copy pictures into the store, eight at a time; each address is a path inside `folder` or http(s).

    known: address -> SHA-256 from an earlier run; what is on the web is not fetched again while the store
        has it. Files are read again, as they may have changed, but decoded only if their content is new.
    web: False fetches nothing; what is on the web, or leads there, is then neither in the store nor broken.
    keep_missing: whether a file that the folder no longer has stays what it is in `known`.

    A picture that is broken, unreachable or outside the folder is left out with the reason, and so are all of a host
    that does not answer. Of a IIIF manifest or image
    service the first picture is taken, in one size.
    """
    known, limits, hosts = known or {}, limits or Limits(), Hosts()

    def gather(address: str) -> tuple[str, str]:
        try:
            if not _is_web(address):
                content = _read_inside(folder, address)
            elif (digest := known.get(address)) and digest in store:
                return digest, ""
            elif web:
                content = hosts.ask(address, limits)
            else:
                return "", ""
            if (followed := _find_address(content)) is None:
                return store.add(content), ""
            return (store.add(download(followed, limits)) if web else ""), ""
        except MissingPictureError as error:
            return known.get(address, "") if keep_missing else "", str(error)
        except PictureError as error:
            return "", str(error)

    wanted = sorted(set(addresses))
    gathered = Gathered()
    with ThreadPoolExecutor(8) as pool:
        for done, (address, (digest, reason)) in enumerate(zip(wanted, pool.map(gather, wanted), strict=True), 1):
            if digest:
                gathered.digests[address] = digest
            if reason:
                gathered.broken[address] = reason
            progress(done, len(wanted), f"{len(gathered.broken)} left out")
    return gathered


def _find_address(content: bytes) -> str | None:
    """Where the picture of a IIIF document is; None of other bytes. Raises PictureError where a document has none."""
    try:
        return find_picture(content)
    except Exception as error:  # a document from the web may have any shape
        raise PictureError(f"no picture in IIIF: {error}") from error


def check_picture(content: bytes) -> str:
    """The format's name by Pillow. Raises PictureError unless the bytes are a whole picture of an allowed format."""
    try:
        with Image.open(BytesIO(content), formats=list(FORMATS)) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise PictureError(f"{width} x {height} pixels are more than {MAX_PIXELS:,}")
            form = str(picture.format)
            # Decoding a JPEG small is several times faster and still reads all of it.
            picture.draft("RGB", (256, 256))
            picture.load()
            if picture.mode.startswith("F"):
                to_srgb(picture)
            if form == "PNG":
                _check_png(content)
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError(f"this is not a whole picture ({', '.join(FORMATS)}): {_name_kind(content)}") from error
    except Image.DecompressionBombError as error:
        raise PictureError(f"it has more than {MAX_PIXELS:,} pixels") from error
    except Exception as error:  # Pillow's decoders raise nearly anything on broken data
        raise PictureError(f"this is not a whole picture ({', '.join(FORMATS)}): {error}") from error
    return "JPEG" if form == "MPO" else form


def _name_kind(content: bytes) -> str:
    """What the bytes are that no reader of pictures knows."""
    if not content:
        return "the file is empty"
    start = content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if content[4:8] == b"ftyp" and not AVIF.search(content[8:64]):
        return f"it is of the kind {content[8:12].decode('ascii', 'replace').strip()}, such as HEIC or a film"
    if content[4:8] == b"ftyp" or start.startswith(BEGINNINGS):
        return "it begins like one, and is cut off or broken"
    return next((kind for sign, kind in KINDS.items() if start.startswith(sign)), "its first bytes are no picture's")


def _check_png(content: bytes) -> None:
    """Raise PictureError where a PNG's rows end too early, which its reader takes for black."""
    width, height, depth, colour, *_, interlaced = struct.unpack(">IIBBBBB", content[16:29])
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    # Adam7: start and step of the columns and of the rows of each pass.
    passes = [(0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2)]
    wanted = 0
    for x, across, y, down in passes if interlaced else [(0, 1, 0, 1)]:
        columns, rows = -(-(width - x) // across), -(-(height - y) // down)
        if columns > 0 and rows > 0:
            wanted += rows * (1 + -(-columns * bits // 8))
    inflate, place, found = zlib.decompressobj(), 8, 0
    while place + 8 <= len(content) and not inflate.eof:
        length, kind = struct.unpack(">I4s", content[place : place + 8])
        if kind == b"IDAT":
            rest = content[place + 8 : place + 8 + length]
            while rest and found < wanted:
                found += len(inflate.decompress(rest, 1 << 20))
                rest = inflate.unconsumed_tail
        place += 12 + length
    if found < wanted:
        raise PictureError(f"this is not a whole picture: its data ends after {found:,} of {wanted:,} bytes")


def _is_web(address: str) -> bool:
    return address.lower().startswith(("http://", "https://"))


def _read_inside(folder: Path, address: str) -> bytes:
    """The bytes of a file in the folder, a link followed only if it stays inside. Raises PictureError."""
    if "://" in address:
        raise PictureError("it is neither a path inside the folder nor an http or https address")
    try:
        path = _find_file(folder, PurePosixPath(address.replace("\\", "/")))
        path = path.resolve(strict=path.is_symlink())
        if not path.is_relative_to(folder.resolve()):
            raise PictureError(f"the path leads out of {folder}")
        if path.is_dir():
            raise PictureError("it is a folder")
        if not path.is_file():
            raise MissingPictureError(f"there is no such file in {folder}")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise PictureError(f"the file is larger than {MAX_FILE_BYTES:,} bytes")
        return path.read_bytes()
    except (OSError, ValueError, RuntimeError) as error:  # the last: a circle of links, before 3.13
        raise PictureError(f"the file cannot be read: {error}") from error


def _find_file(folder: Path, address: PurePosixPath) -> Path:
    """The file, also under a name in another Unicode form: some systems store ü as two characters."""
    forms = (folder / unicodedata.normalize(form, str(address)) for form in ("NFC", "NFD"))
    return next((path for path in (folder / address, *forms) if path.exists()), folder / address)
