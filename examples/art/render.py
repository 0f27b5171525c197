"""Renders drawings/*.svg to images/*.png (palette, 288 pixels on the longer side); needs resvg-py and Pillow.

python examples/art/render.py
"""

import io
from pathlib import Path

import resvg_py
from PIL import Image

HERE = Path(__file__).parent
LONGER_SIDE = 288
COLOURS = 40


def render(drawing: Path, picture: Path) -> None:
    """Drawn at twice the size and scaled down, so that edges are smooth with few colours."""
    large = Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_path=str(drawing), zoom=2)))).convert("RGB")
    large.thumbnail((LONGER_SIDE, LONGER_SIDE), Image.Resampling.LANCZOS)
    large.quantize(COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)


def main() -> None:
    for drawing in sorted((HERE / "drawings").glob("*.svg")):
        render(drawing, HERE / "images" / f"{drawing.stem}.png")


if __name__ == "__main__":
    main()
