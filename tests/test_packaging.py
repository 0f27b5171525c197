"""The wheel holds what the program needs where there is no checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PARTS = ("base", "cypher", "graph", "models", "flows", "review", "examples/art")


def test_the_wheel_holds_every_file_of_the_packages_and_no_other(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.iterdir()
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    tracked = subprocess.run(["git", "ls-files", *PARTS], cwd=ROOT, check=True, capture_output=True, text=True)
    missing = set(tracked.stdout.splitlines()) - inside
    assert not missing
    assert {name.split("/")[0] for name in inside} == {part.split("/")[0] for part in PARTS}


def test_every_package_of_the_checkout_goes_into_the_wheel() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"benchmarks"} == {part for part in PARTS if "/" not in part}
