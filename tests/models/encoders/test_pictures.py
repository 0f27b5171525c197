"""Every picture a museum may have, as upright RGB; broken ones with the reason."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.encoders.pictures import BrokenPictureError, in_parallel, read_picture


def centre(path: Path) -> tuple[int, ...]:
    picture = read_picture(path, 32)
    assert picture.mode == "RGB"
    colour = picture.getpixel((picture.width // 2, picture.height // 2))
    assert isinstance(colour, tuple)
    return colour


def palette() -> Image.Image:
    picture = Image.new("P", (40, 40), 1)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    return picture


def see_through() -> Image.Image:
    return Image.new("RGBA", (40, 40), (0, 0, 0, 0))


def grey(level: int | float, kind: type) -> Callable[[], Image.Image]:
    return lambda: Image.fromarray(np.full((40, 40), level, dtype=kind))


@pytest.mark.parametrize(
    ("file", "make", "colour"),
    [
        ("rgb.png", lambda: Image.new("RGB", (40, 40), (255, 0, 0)), (255, 0, 0)),
        ("palette.png", palette, (255, 0, 0)),
        ("palette.gif", palette, (255, 0, 0)),
        ("transparent is white.png", see_through, (255, 255, 255)),
        ("half transparent red is pink.png", lambda: Image.new("RGBA", (40, 40), (255, 0, 0, 128)), (255, 127, 127)),
        ("grey with alpha.png", lambda: Image.new("LA", (40, 40), (0, 255)), (0, 0, 0)),
        ("cyan ink.tif", lambda: Image.new("CMYK", (40, 40), (255, 0, 0, 0)), (0, 255, 255)),
        ("cyan ink.jpg", lambda: Image.new("CMYK", (40, 40), (255, 0, 0, 0)), (0, 255, 255)),
        ("black and white.png", lambda: Image.new("1", (40, 40), 1), (255, 255, 255)),
        ("half grey of 16 bits.png", grey(32896, np.uint16), (128, 128, 128)),
        ("dark grey of 16 bits.png", grey(257, np.uint16), (1, 1, 1)),
        ("half grey of floats.tif", grey(0.5, np.float32), (128, 128, 128)),
    ],
)
def test_every_mode_comes_out_as_its_colour_in_rgb(
    tmp_path: Path, file: str, make: Callable[[], Image.Image], colour: tuple[int, ...]
) -> None:
    make().save(tmp_path / file)
    assert centre(tmp_path / file) == pytest.approx(colour, abs=2)


def test_a_photograph_taken_sideways_is_turned_upright(tmp_path: Path) -> None:
    picture = Image.new("RGB", (60, 40), "white")
    picture.paste("red", (0, 0, 30, 40))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the left of the file is the top of the scene
    picture.save(tmp_path / "sideways.jpg", exif=exif, quality=95)

    upright = read_picture(tmp_path / "sideways.jpg", 32)
    assert upright.size == (40, 60)
    top, bottom = upright.getpixel((20, 5)), upright.getpixel((20, 55))
    assert top == pytest.approx((254, 0, 0), abs=6)
    assert bottom == pytest.approx((255, 255, 255), abs=6)


def test_a_large_jpeg_is_decoded_at_a_fraction_that_leaves_twice_the_needed_pixels(tmp_path: Path) -> None:
    Image.new("RGB", (1600, 2400), "blue").save(tmp_path / "large.jpg")
    assert read_picture(tmp_path / "large.jpg", 100).size == (200, 300)
    assert read_picture(tmp_path / "large.jpg", 900).size == (1600, 2400)


def truncated(path: Path) -> None:
    Image.effect_noise((200, 200), 80).save(path)
    path.write_bytes(path.read_bytes()[:3000])


def not_a_number(path: Path) -> None:
    Image.fromarray(np.full((8, 8), np.nan, dtype=np.float32)).save(path, format="TIFF")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (truncated, "truncated"),
        (lambda path: path.write_text("<html>404</html>"), "not in a picture format that Pillow reads"),
        (lambda path: path.write_bytes(b""), "not in a picture format"),
        (lambda path: path.mkdir(), "directory"),
        (lambda path: None, "no such file"),  # noqa: ARG005
        (not_a_number, "some grey levels are not numbers"),
    ],
    ids=["truncated", "web page", "empty", "folder", "missing", "nan"],
)
def test_a_broken_picture_says_why(tmp_path: Path, make: Callable[[Path], object], reason: str) -> None:
    make(tmp_path / "broken.jpg")
    with pytest.raises(BrokenPictureError, match=reason):
        read_picture(tmp_path / "broken.jpg", 32)


def test_a_picture_made_to_exhaust_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("1", (1000, 1000)).save(tmp_path / "bomb.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100_000)
    with pytest.raises(BrokenPictureError, match="1000000 pixels"):
        read_picture(tmp_path / "bomb.png", 32)


def test_threads_keep_the_order_and_hand_over_what_is_broken() -> None:
    def length(path: Path) -> int:
        if path.name == "bad":
            raise BrokenPictureError("bad")
        return len(path.name)

    paths = [Path("a" * (1 + i % 50)) for i in range(200)]
    paths[120] = Path("bad")
    results = list(in_parallel(length, paths, threads=3))
    assert isinstance(results.pop(120), BrokenPictureError)
    assert results == [1 + i % 50 for i in range(200) if i != 120]


def test_an_error_that_is_no_broken_picture_ends_the_run() -> None:
    def fail(path: Path) -> None:
        raise AttributeError(path)

    with pytest.raises(AttributeError):
        list(in_parallel(fail, [Path("a")], threads=1))
