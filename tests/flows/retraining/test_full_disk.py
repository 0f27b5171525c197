"""A disk is full in the middle of a retraining: nothing is lost, and the night goes on when there is room."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.retraining.outcome import Retraining
from graph.connection import Database
from tests.flows.museum import load, write_folder
from tests.flows.retraining.test_flow import champion, links
from tests.flows.typed import vlkge

NIGHT = [
    "train.dimension=8", "train.epochs=12", 'train.modalities=["structural"]', "train.batch_size=32",
    "gate.margin=1", "gate.relation_margin=1", "gate.calibration_error=1", "gate.budget=1",
]  # fmt: skip


@pytest.fixture
def small_disk() -> Iterator[Callable[[Path], Path]]:
    """Puts a folder on a file system of 8 MB of its own that is full; returns the file to delete for room."""
    mounted: list[Path] = []

    def fill(folder: Path) -> Path:
        aside = folder.with_name(f"{folder.name}-aside")
        shutil.copytree(folder, aside)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"no small file system can be mounted here: {done.stderr.strip()}")
        mounted.append(folder)
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        filler = folder / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        return filler

    yield fill
    for folder in reversed(mounted):
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may mount a small file system")
def test_a_night_without_room_ends_in_a_sentence_and_goes_on(
    database: Database,
    museum: Retraining,
    own_home: Path,
    tmp_path: Path,
    small_disk: Callable[[Path], Path],
) -> None:
    before = links(database)
    load(database, write_folder(tmp_path / "museum", 132))
    command = ["retrain", *(part for setting in NIGHT for part in ("--set", setting))]
    for phase in ("exports", "models"):
        (own_home / phase).mkdir(exist_ok=True)
        filler = small_disk(own_home / phase)
        full = vlkge(*command)
        assert full.returncode == 1, full.stderr
        assert "Traceback" not in full.stderr
        assert full.stderr.splitlines()[-1].startswith(f"vlkge: the disk that holds {own_home / phase}")
        assert full.stderr.splitlines()[-1].endswith("; nothing that was in force has changed")
        assert (champion(database), links(database)) == (museum.champion, before)
        filler.unlink()
    done = vlkge(*command)
    assert done.returncode == 0, done.stderr
    assert champion(database) != museum.champion
    assert any(link[0] == "w130" for link in links(database))
