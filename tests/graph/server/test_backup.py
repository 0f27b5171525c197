"""Backup and restore of a real bundled server with the files beside it."""

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from base.errors import InputError
from graph.connection import connect
from graph.migrations import VERSION, schema_version
from graph.schema import setup_schema
from graph.server.backup import backup, read_manifest, restore
from graph.server.neo4j_server import Server


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / "models" / "complex-1").mkdir(parents=True)
    (home / "models" / "complex-1" / "config.json").write_text("{}")
    (home / "pictures" / "ab").mkdir(parents=True)
    (home / "pictures" / "ab" / "abc0.png").write_bytes(b"a picture")
    (home / "users.json").write_text('{"ada": "hash"}')
    (home / "logs").mkdir()
    (home / "logs" / "2026-11-21.jsonl").write_text("{}")
    (home / "models" / "training.lock").touch()
    (home / "models" / ".part-training").mkdir()
    (home / "models" / ".part-training" / "graph.safetensors").write_bytes(b"in the works")
    (home / "pictures" / "ab" / ".part-abc1.png").write_bytes(b"half a pic")
    return home


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_graph_comes_back_on_another_machine(imported_server: Server, tmp_path: Path) -> None:
    home, second = imported_server.folder.parent, Server(tmp_path / "second")
    question = "MATCH (h)-[r:isCreatedBy]->(t) RETURN h.name, r.since, t.name ORDER BY h.id"
    try:
        with connect(imported_server.start()) as database, database.session() as session:
            before = session.run(question).values()
        manifest = backup(home, tmp_path / "saved", server=imported_server)
        assert manifest.graph is not None
        assert (manifest.graph.nodes, manifest.graph.relationships) == (4, 4)
        assert imported_server.status().state == "running"

        restore(tmp_path / "second", tmp_path / "saved", server=second)
        with connect(second.start()) as database, database.session() as session:
            assert session.run(question).values() == before
        assert len(list((tmp_path / "second" / "pictures").rglob("*.png"))) == 1
        shutil.rmtree(tmp_path / "second" / "pictures")
        with pytest.raises(InputError, match="the graph already holds 4 nodes; --force replaces it"):
            restore(tmp_path / "second", tmp_path / "saved", server=second)
    finally:
        second.stop()


def test_a_backup_notes_the_schema_so_that_an_older_one_is_migrated_and_a_newer_one_refused(
    imported_server: Server, tmp_path: Path
) -> None:
    second = Server(tmp_path / "second")
    older = VERSION - 1
    with connect(imported_server.start()) as database:
        database.write("schema/record_version", version=older)
    try:
        manifest = backup(imported_server.folder.parent, tmp_path / "saved", server=imported_server)
        assert manifest.graph is not None
        assert manifest.graph.schema_version == older
        restore(tmp_path / "second", tmp_path / "saved", server=second)
        with connect(second.start()) as database:
            assert schema_version(database) == older
            setup_schema(database)
            assert schema_version(database) == VERSION

        path = tmp_path / "saved" / "manifest.json"
        told = json.loads(path.read_text())
        told["graph"]["schema_version"] = VERSION + 1
        path.write_text(json.dumps(told))
        before = contents(tmp_path / "second" / "pictures")
        with pytest.raises(InputError, match=f"schema version {VERSION + 1}, this program knows {VERSION}"):
            restore(tmp_path / "second", tmp_path / "saved", server=second, force=True)
        assert contents(tmp_path / "second" / "pictures") == before
        with connect(second.start()) as database:
            assert schema_version(database) == VERSION, "nothing was loaded"
    finally:
        second.stop()
        with connect(imported_server.start()) as database:
            database.write("schema/record_version", version=VERSION)


def test_all_files_but_logs_locks_and_unfinished_ones_are_backed_up(home: Path, tmp_path: Path) -> None:
    backup(home, tmp_path / "saved", server=None)
    assert contents(tmp_path / "saved" / "files").keys() == {
        "models/complex-1/config.json",
        "pictures/ab/abc0.png",
        "users.json",
    }
    restore(tmp_path / "second", tmp_path / "saved", server=None)
    assert contents(tmp_path / "second") == contents(tmp_path / "saved" / "files")


def test_a_backup_removes_what_a_killed_one_left_a_day_ago(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for left in (".part-1/2026-11-20/graph", ".part-2/exports/deep"):  # the second is none of ours
        (tmp_path / "backups" / left).mkdir(parents=True)
    backup(home, tmp_path / "backups" / "2026-11-21", server=None)
    assert (tmp_path / "backups" / ".part-1").is_dir()  # it may be under way
    monkeypatch.setattr("base.files.DAY", -1)
    backup(home, tmp_path / "backups" / "2026-11-22", server=None)
    there = {path.name for path in (tmp_path / "backups").iterdir()}
    assert there == {".part-2", "2026-11-21", "2026-11-22"}


def test_the_record_of_schedules_comes_back_as_it_was_while_it_was_written_to(home: Path, tmp_path: Path) -> None:
    record = home / "prefect" / "prefect.db"
    record.parent.mkdir()
    with contextlib.closing(sqlite3.connect(record)) as writing:
        writing.execute("PRAGMA journal_mode = WAL")
        writing.execute("CREATE TABLE deployment (name TEXT)")
        writing.execute("INSERT INTO deployment VALUES ('schedule')")
        writing.commit()  # in the file beside the database
        writing.execute("INSERT INTO deployment VALUES ('begun')")
        backup(home, tmp_path / "saved", server=None)
    second = tmp_path / "second" / "prefect" / "prefect.db"
    second.parent.mkdir(parents=True)
    second.with_name("prefect.db-wal").write_bytes(b"of another")
    restore(tmp_path / "second", tmp_path / "saved", server=None)
    with contextlib.closing(sqlite3.connect(second)) as there:
        assert there.execute("SELECT name FROM deployment").fetchall() == [("schedule",)]


def test_a_changed_file_stops_a_restore_before_it_touches_anything(home: Path, tmp_path: Path) -> None:
    backup(home, tmp_path / "saved", server=None)
    (tmp_path / "saved" / "files" / "users.json").write_text('{"eve": "hash"}')
    with pytest.raises(InputError, match=r"damaged: missing or changed are 'files/users.json' \(1 in all\)"):
        restore(tmp_path / "second", tmp_path / "saved", server=None)
    assert not (tmp_path / "second").exists()


def test_a_manifest_cannot_reach_outside_its_folder(home: Path, tmp_path: Path) -> None:
    backup(home, tmp_path / "saved", server=None)
    file = tmp_path / "saved" / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["files"]["files/../../home/users.json"] = manifest["files"]["files/users.json"]
    file.write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="names a file outside the backup"):
        restore(tmp_path / "second", tmp_path / "saved", server=None)


def test_files_are_not_replaced_unless_told(home: Path, tmp_path: Path) -> None:
    backup(home, tmp_path / "saved", server=None)
    (home / "users.json").write_text("{}")
    with pytest.raises(InputError, match="--force replaces"):
        restore(home, tmp_path / "saved", server=None)
    restore(home, tmp_path / "saved", server=None, force=True)
    assert (home / "users.json").read_text() == '{"ada": "hash"}'


def test_a_backup_is_never_written_over_another_nor_into_the_home(home: Path, tmp_path: Path) -> None:
    backup(home, tmp_path / "saved", server=None)
    with pytest.raises(InputError, match="is there already"):
        backup(home, tmp_path / "saved", server=None)
    with pytest.raises(InputError, match="lies in"):
        backup(home, home / "saved", server=None)


def test_half_a_backup_is_none(home: Path, tmp_path: Path) -> None:
    backup(home, tmp_path / "saved", server=None)
    (tmp_path / "saved" / "manifest.json").unlink()
    with pytest.raises(InputError, match="is no whole backup"):
        read_manifest(tmp_path / "saved")


def test_a_backup_of_files_has_no_graph_to_restore(home: Path, tmp_path: Path) -> None:
    backup(home, tmp_path / "saved", server=None)
    with pytest.raises(InputError, match="was backed up without a graph"):
        restore(tmp_path / "second", tmp_path / "saved", server=Server(tmp_path / "second"))


def test_folders_that_are_links_to_another_disk_are_backed_up(home: Path, tmp_path: Path) -> None:
    for name in ("models", "pictures"):
        (home / name).rename(tmp_path / name)
        (home / name).symlink_to(tmp_path / name)
    (home / "pictures" / "all").symlink_to(home)
    backup(home, tmp_path / "saved", server=None)
    assert contents(tmp_path / "saved" / "files").keys() == {
        "models/complex-1/config.json",
        "pictures/ab/abc0.png",
        "users.json",
    }
    (home / "users.json").unlink()
    with pytest.raises(InputError, match=r"already holds 'models/complex-1/config\.json', 'pictures/ab/abc0\.png'"):
        restore(home, tmp_path / "saved", server=None)


def test_a_backup_without_the_disk_that_a_folder_is_linked_to_is_refused(home: Path, tmp_path: Path) -> None:
    shutil.rmtree(home / "pictures")
    (home / "pictures").symlink_to(tmp_path / "unmounted")
    with pytest.raises(InputError, match=r"pictures is a link to .*unmounted, which is not there"):
        backup(home, tmp_path / "saved", server=None)
    assert not (tmp_path / "saved").exists()
