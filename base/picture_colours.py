"""The colours of a picture of any kind as a screen shows them: sRGB, upright, its profile applied."""

import warnings
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, ImageOps

# Pillow warns of what is odd in a file, such as a torn EXIF, by lines of its own code. Whether a picture can be used is
# found by decoding it.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
# What the largest number of a picture without a fixed white may be, by how many bits its levels seem to have.
WHITES = {"F": (1, 255, 65535), "I": (255, 4095, 65535)}
TWELVE_BITS = (1023, 4095)  # scanners write 12 bits into 16


def to_srgb(image: Image.Image) -> Image.Image:
    """RGB, or RGBA where there is transparency, of any mode, upright by the camera's note.

    Raises ValueError for grey levels that are not numbers.
    """
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith(("I", "F")):
        return _from_numbers(np.asarray(upright, dtype=np.float64), upright.mode)
    if upright.mode == "LAB":
        return _convert(upright, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))) or upright.convert("RGB")
    if not upright.has_transparency_data:
        return _apply_profile(upright) or upright.convert("RGB")
    seen = upright.convert("RGBA")
    colours = seen.convert("RGB")
    colours.info["icc_profile"] = upright.info.get("icc_profile")
    shown = _apply_profile(colours) or colours
    shown.putalpha(seen.getchannel("A"))
    return shown


def to_rgb(image: Image.Image) -> Image.Image:
    """As to_srgb, with transparency put on white."""
    shown = to_srgb(image)
    if shown.mode == "RGB":
        return shown
    return Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown).convert("RGB")


def _apply_profile(image: Image.Image) -> Image.Image | None:
    """The picture's colours by its profile, None where it has none, or one that does not fit or changes nothing."""
    content = image.info.get("icc_profile")
    if not content:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(content))
        if "srgb" in ImageCms.getProfileDescription(profile).lower():
            return None
    except (ImageCms.PyCMSError, OSError):
        return None
    return _convert(image.convert("RGB") if image.mode in ("P", "1", "YCbCr") else image, profile)


def _convert(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image | None:
    try:
        return ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, ValueError):
        return None


def _from_numbers(values: npt.NDArray[np.float64], mode: str) -> Image.Image:
    """Grey levels as RGB: from 0 to the white that a picture of such numbers has."""
    if not np.isfinite(values).all():
        raise ValueError("some grey levels are not numbers")
    largest = values.max()
    if mode.startswith("I;16"):
        white: float = TWELVE_BITS[1] if TWELVE_BITS[0] < largest <= TWELVE_BITS[1] else 65535
    else:
        white = next((white for white in WHITES[mode[0]] if largest <= white), largest)
    return Image.fromarray(np.clip(values / white * 255, 0, 255).round().astype(np.uint8)).convert("RGB")
