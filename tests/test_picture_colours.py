"""Pictures of every kind become what a person would call the same picture, in vectors and on the page alike."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from base.picture_colours import to_rgb
from graph.download import PictureError
from graph.pictures import PictureStore, check_picture
from models.encoders.pictures import read_picture
from review.pictures import thumbnail

CASES = Path(__file__).parents[2] / "shared" / "cases" / "15-picture-kinds"


def levels(dark: float, light: float, kind: type) -> Image.Image:
    """Dark on the left, light on the right."""
    return Image.fromarray(np.repeat(np.array([[dark, light]], dtype=kind), 20, axis=1).repeat(40, axis=0))


def swapped() -> Image.Image:
    """A picture whose profile says that its red is what others call green."""
    picture = Image.new("RGB", (40, 40), (255, 0, 0))
    content = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    place = {name: content.index(name, 128) for name in (b"rXYZ", b"gXYZ")}
    first, second = (content[at + 4 : at + 8] for at in place.values())
    content[place[b"rXYZ"] + 4 : place[b"rXYZ"] + 8], content[place[b"gXYZ"] + 4 : place[b"gXYZ"] + 8] = second, first
    picture.info["icc_profile"] = bytes(content).replace(b"s\0R\0G\0B", b"o\0t\0h\0r").replace(b"sRGB", b"othr")
    return picture


@pytest.mark.parametrize(
    ("make", "left", "right"),
    [
        (lambda: levels(16384, 65535, np.uint16), 64, 255),
        (lambda: levels(1024, 4095, np.uint16), 64, 255),
        (lambda: levels(64, 255, np.int32), 64, 255),
        (lambda: levels(0.25, 1, np.float32), 64, 255),
        (lambda: levels(64, 255, np.float32), 64, 255),
        (lambda: levels(250, 1000, np.int32), 16, 62),
    ],
    ids=["16 bits", "12 of 16 bits", "8 of 32 bits", "floats to 1", "floats to 255", "12 of 32 bits"],
)
def test_grey_levels_are_seen_as_they_were_meant(make: Callable[[], Image.Image], left: int, right: int) -> None:
    shown = to_rgb(make())
    assert shown.getpixel((5, 5)) == pytest.approx((left,) * 3, abs=1)
    assert shown.getpixel((35, 5)) == pytest.approx((right,) * 3, abs=1)


def test_a_profile_is_applied_and_one_that_does_not_fit_is_not() -> None:
    assert to_rgb(swapped()).getpixel((5, 5)) == pytest.approx((0, 255, 0), abs=3)
    broken = Image.new("RGB", (4, 4), (255, 0, 0))
    broken.info["icc_profile"] = b"no profile"
    assert to_rgb(broken).getpixel((0, 0)) == (255, 0, 0)
    clear = swapped().convert("RGBA")
    clear.putalpha(0)
    assert to_rgb(clear).getpixel((5, 5)) == (255, 255, 255)


def test_what_is_cut_off_or_no_picture_says_which() -> None:
    content = BytesIO()
    Image.effect_noise((100, 100), 80).save(content, "PNG")
    whole = content.getvalue()
    assert check_picture(whole) == "PNG"
    place = whole.index(b"IDAT")
    length = int.from_bytes(whole[place - 4 : place])
    import zlib

    short = zlib.compress(zlib.decompress(whole[place + 4 : place + 4 + length])[:1_010])
    checksum = zlib.crc32(b"IDAT" + short).to_bytes(4)
    cut = whole[: place - 4] + len(short).to_bytes(4) + b"IDAT" + short + checksum + whole[place + 8 + length :]
    for bad, reason in [
        (cut, "its data ends after 1,010 of 10,100 bytes"),
        (b"<html>404</html>", "it is an HTML page"),
        (b"<?xml version='1.0'?><svg/>", "it is an XML document"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "it is of the kind heic"),
        (b"", "the file is empty"),
        (b"\x01", "its first bytes are no picture's"),
    ]:
        with pytest.raises(PictureError) as error:
            check_picture(bad)
        assert reason in str(error.value)
        assert " at 0x" not in str(error.value)


# Blue on the left and red on the right, or dark and light grey; what they should come out as.
BLUE_RED = ((30, 30, 200), (200, 30, 30))
GREYS = ((65, 65, 65), (196, 196, 196))
KINDS = {
    **dict.fromkeys(["rgb.png", "rgb.jpg", "bmp.bmp", "tiff.tif", "webp.webp", "webp_lossless.webp", "avif.avif",
                     "jp2.jp2", "cmyk.jpg", "cmyk.tif", "icc_cmyk_adobe.jpg", "exif99.jpg", "no_ext", "wrong_ext.png",
                     "ycbcr.tif", "trailing_junk.jpg", "umlaut ü ö.jpg"], BLUE_RED),
    **dict.fromkeys(["grey16.png", "grey16.tif", "grey12in16.tif", "int32.tif", "float.tif", "float255.tif"], GREYS),
}  # fmt: skip
BROKEN = ["bomb.png", "float_nan.tif", "heic.heic", "html.jpg", "one_byte.jpg", "short_data.png", "svg.svg",
          "truncated.jpg", "zero.jpg"]  # fmt: skip


@pytest.fixture
def cases() -> Path:
    if not CASES.is_dir():
        pytest.skip(f"the cases are not at {CASES}")
    return CASES


def test_the_kinds_of_the_cases_look_the_same_in_vectors_and_on_the_page(cases: Path, tmp_path: Path) -> None:
    store = PictureStore(tmp_path / "store")
    for name, (left, right) in KINDS.items():
        digest = store.add((cases / name).read_bytes())
        with Image.open(thumbnail(store, tmp_path / "small", digest, "small")) as small:
            seen = [read_picture(store.path(digest), 32), small.convert("RGB")]
        for picture in seen:
            width, height = picture.size
            assert picture.getpixel((width // 4, height // 4)) == pytest.approx(left, abs=12), name
            assert picture.getpixel((width * 3 // 4, height * 3 // 4)) == pytest.approx(right, abs=12), name


def test_the_broken_ones_of_the_cases_are_told(cases: Path) -> None:
    for name in BROKEN:
        with pytest.raises(PictureError) as error:
            check_picture((cases / name).read_bytes())
        assert " at 0x" not in str(error.value)
    for path in sorted(cases.iterdir()):
        if path.name not in (*BROKEN, "README.md"):
            check_picture(path.read_bytes())
