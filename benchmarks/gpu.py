"""What a GPU is for, on any device: an epoch, ranking and encoding; one table, in ten minutes on a GPU.

In full it is the graph of `benchmarks.scale`, of the size of WikiArt-MKG-v2, and 10,000 titles; with --small a made
graph of 2,000 entities and 200 titles, which a processor does in a minute. A table made on a processor says nothing of
a GPU, and ends with a line that says so.
"""

import argparse
from collections.abc import Iterator

import torch

from benchmarks import scale
from benchmarks.report import Figure, alone, show
from benchmarks.timing import timed
from models.device import pick_device
from models.encoders import load_encoder

FULL = ["--queries", "1000"]
SMALL = ["--entities", "2000", "--facts", "20000", "--dimension", "32", "--steps", "20", "--queries", "40"]
TITLES = {True: 200, False: 10_000}
UNMEASURED = "Measured on a processor: of a GPU nothing is known by this."


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1 …")
    parser.add_argument("--small", action="store_true", help="a small graph and few titles")
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    options = parser.parse_args()
    device = pick_device(options.device)
    show(figures(device, options.small), as_json=options.json)
    if device.type == "cpu" and not options.json:
        print(UNMEASURED)


def figures(device: torch.device, small: bool) -> Iterator[Figure]:
    """Training and ranking as `benchmarks.scale` measures them, and the bundled encoder's texts a second."""
    yield from scale.figures(scale.arguments([*(SMALL if small else FULL), "--device", str(device)]))
    encoder = load_encoder("bundled", device=str(device))
    titles = [f"Portrait of a lady by the river, number {i}" for i in range(TITLES[small])]
    encoder.encode_texts(titles[:10])
    yield alone("encoding", len(titles) / timed(lambda: encoder.encode_texts(titles)), "texts/s")


if __name__ == "__main__":
    main()
