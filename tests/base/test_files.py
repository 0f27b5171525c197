"""Files that are there whole or not at all."""

import errno
import os
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from base.errors import FullDiskError, UnwritableError
from base.files import creating_folder, is_unfinished, passing_folder, replacing, write_text

ROOT = Path(__file__).parents[2]


def test_the_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "note.json"
    write_text(path, "old")
    write_text(path, "Dürer\r\n")
    assert path.read_bytes() == "Dürer\r\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_after_an_error_the_old_content_stands_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    write_text(path, "old")

    def write_half() -> None:
        with replacing(path) as draft:
            draft.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("taken", ["note.txt/deeper.txt", "folder"])
def test_a_place_that_takes_no_file_is_named(tmp_path: Path, taken: str) -> None:
    (tmp_path / "note.txt").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnwritableError, match=rf"{tmp_path / taken} cannot be written: (File exists|Is a directory);"):
        write_text(tmp_path / taken, "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "note.txt"]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="there is no /proc")
def test_a_file_system_that_takes_no_files_is_named() -> None:
    with pytest.raises(
        UnwritableError, match=r"/proc/x\.csv cannot be written: No such file or directory; give a place"
    ):
        write_text(Path("/proc/x.csv"), "new")


def test_a_kill_while_writing_leaves_the_old_content_and_what_is_known_as_unfinished(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    write_text(path, "old")
    program = (
        "import os, signal, sys; from pathlib import Path; from base.files import replacing\n"
        "with replacing(Path(sys.argv[1])) as draft:\n"
        "    draft.write_text('half'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(path)], cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_text() == "old"
    left = [other for other in tmp_path.iterdir() if other != path]
    assert len(left) == 1
    assert is_unfinished(left[0])
    assert not is_unfinished(path)


def test_a_name_as_long_as_a_file_system_takes_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 251 + ".txt")
    write_text(path, "x")
    assert path.read_text() == "x"


def test_a_private_file_is_its_owners_others_are_as_the_mask_says(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_text(tmp_path / "secret", "s", private=True)
        write_text(tmp_path / "open", "o")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "open").stat().st_mode) == 0o644


def test_what_a_crash_left_behind_goes_the_next_day(tmp_path: Path) -> None:
    left, fresh = tmp_path / ".part-left", tmp_path / ".part-fresh"
    left.write_text("half")
    fresh.write_text("half")
    two_days_ago = time.time() - 2 * 24 * 60 * 60
    os.utime(left, (two_days_ago, two_days_ago))
    write_text(tmp_path / "note", "x")
    assert {path.name for path in tmp_path.iterdir()} == {"note", ".part-fresh"}


def test_many_may_write_into_a_folder_at_once(tmp_path: Path) -> None:
    files = [tmp_path / f"{folder:03}" / f"{name}.txt" for folder in range(100) for name in range(16)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda path: write_text(path, path.stem), files))
    assert [path.read_text() for path in files] == [path.stem for path in files]
    assert sum(1 for path in tmp_path.rglob("*") if path.is_file()) == len(files)


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "saved"

    def fill(*, fail: bool) -> None:
        with creating_folder(path) as draft:
            assert not path.exists()
            assert is_unfinished(draft)
            (draft / "deep").mkdir()
            (draft / "deep" / "note").write_text("x")
            if fail:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fill(fail=True)
    assert list(tmp_path.iterdir()) == []
    fill(fail=False)
    assert list(tmp_path.iterdir()) == [path]
    assert (path / "deep" / "note").read_text() == "x"


def test_the_next_call_removes_the_half_of_a_folder_that_a_crash_left(tmp_path: Path) -> None:
    for left in (".part-1/saved", ".part-2/other"):
        (tmp_path / left / "deep").mkdir(parents=True)
    with creating_folder(tmp_path / "saved"):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {"saved", ".part-2"}


def test_what_lies_in_an_unfinished_folder_is_unfinished(tmp_path: Path) -> None:
    with passing_folder(tmp_path) as folder:
        assert is_unfinished(folder / "graph.safetensors")
        assert not is_unfinished(tmp_path / "graph.safetensors")
    assert not folder.exists()


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), RuntimeError("I/O error: … (os error 28)")]
)
def test_a_full_disk_is_told_in_a_sentence_and_leaves_what_was_there(tmp_path: Path, error: Exception) -> None:
    path = tmp_path / "model"
    path.write_text("yesterday")
    with pytest.raises(FullDiskError, match=f"the disk that holds {tmp_path} is full: make room"), replacing(path):
        raise error
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("model", "yesterday")]
