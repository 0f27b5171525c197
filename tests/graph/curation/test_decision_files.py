"""Tables of decisions that were exported, sorted, edited by hand, or imported before."""

import uuid
from pathlib import Path

import pandas as pd
import pytest

from base.errors import InputError
from graph.connection import Database
from graph.curation.decision_files import import_decisions
from graph.curation.decisions import decide, history
from graph.curation.exchange import read_decisions, read_links, write_table
from graph.curation.opinions import require
from tests.graph.curation.test_exchange import art, choice  # noqa: F401

WAVE = ("wave", "hasStyle", "ukiyo-e")


@pytest.fixture
def file(art: Database, tmp_path: Path) -> Path:  # noqa: F811
    """Decisions as they leave: the wave accepted, then rejected; Fuji accepted, and taken back."""
    decide(art, [choice("wave", "accepted"), choice("fuji", "accepted")], by="ana")
    decide(art, [choice("wave", "rejected")], by="ben", force=True)
    decide(art, [choice("fuji", "undone")], by="ben", force=True)
    path = tmp_path / "decisions.csv"
    write_table(read_decisions(art), path)
    return path


def forget(database: Database) -> None:
    """As in another graph with the same links."""
    database.driver.execute_query("MATCH (d:Decision) DETACH DELETE d")
    database.driver.execute_query("MATCH ()-[r:hasStyle]->() DELETE r")
    database.driver.execute_query("MATCH ()-[p:PREDICTED]->() SET p.verdict = 'pending'")


def standing(database: Database) -> list[tuple[str, str, str]]:
    rows = read_decisions(database, standing=True)[["head", "verdict", "by"]]
    return list(rows.itertuples(index=False, name=None))


@pytest.mark.parametrize("column", ["number", "at"])
def test_a_table_that_was_sorted_says_the_same(art: Database, file: Path, column: str) -> None:  # noqa: F811
    """The newest first, as the page's download has them; without numbers, as it had none once, the times say it."""
    before = standing(art)
    sheet = pd.read_csv(file).iloc[::-1]
    sheet.drop(columns="number" if column == "at" else "at").to_csv(file, index=False)
    forget(art)
    assert import_decisions(art, file).recorded == 4
    assert standing(art) == before == [("fuji", "undone", "ben"), ("wave", "rejected", "ben")]
    assert import_decisions(art, file).recorded == 0


@pytest.mark.parametrize("column", ["verdict", "by", "head"])
def test_a_decision_that_was_edited_is_refused_and_never_passed_over(art: Database, file: Path, column: str) -> None:  # noqa: F811
    sheet = pd.read_csv(file)
    edited = {"verdict": "rejected", "by": "cem", "head": "gas"}[column]
    sheet.loc[(sheet["head"] == "wave") & (sheet["by"] == "ana"), column] = edited
    sheet.to_csv(file, index=False)
    with pytest.raises(InputError, match=r"the id is recorded with another link, verdict or person.*1 in all"):
        import_decisions(art, file, force=True)


def test_two_columns_of_one_name_are_refused(art: Database, tmp_path: Path) -> None:  # noqa: F811
    path = tmp_path / "d.csv"
    path.write_text("head,relation,tail,verdict,by,verdict\nwave,hasStyle,ukiyo-e,accepted,ana,pending\n")
    with pytest.raises(InputError, match="several columns are named verdict"):
        import_decisions(art, path)


def test_without_ids_a_second_import_changes_nothing_either(art: Database, tmp_path: Path) -> None:  # noqa: F811
    path = tmp_path / "d.csv"
    line = "wave,hasStyle,ukiyo-e,"
    path.write_text(f"head,relation,tail,verdict,by\n{line}accepted,ana\n{line}rejected,ben\n")
    assert import_decisions(art, path).recorded == 2
    for force in (False, True):
        again = import_decisions(art, path, force=force)
        assert (again.recorded, again.unchanged, again.decided_since) == (0, 2, 0)
    (*_, last) = history(art, *WAVE)
    decide(art, [choice("wave", "undone").model_copy(update={"seen": last.id})], by="ben")
    late = import_decisions(art, path)
    assert (late.recorded, late.unchanged, late.decided_since) == (0, 2, 1)
    assert len(history(art, *WAVE)) == 3


def test_an_undo_in_a_file_takes_back_nothing_of_others_unless_forced(art: Database, file: Path) -> None:  # noqa: F811
    """Of Fuji the file says that Ana's acceptance was taken back; here Cem has accepted it."""
    forget(art)
    decide(art, [choice("fuji", "accepted")], by="cem")
    with pytest.raises(InputError, match=r"somebody decided otherwise.*'accepted by cem'"):
        import_decisions(art, file)
    assert standing(art) == [("fuji", "accepted", "cem")]
    assert import_decisions(art, file, force=True).recorded == 3
    assert standing(art)[0] == ("fuji", "undone", "ben")


def test_an_opinion_that_an_admin_took_back_is_the_same_one_elsewhere(art: Database, tmp_path: Path) -> None:  # noqa: F811
    """Ana is for it and Ben against; Ada takes back Ana's opinion, which is not the newest."""
    require(art, "hasStyle", by="ada")
    (first,) = decide(art, [choice("wave", "accepted")], by="ana")
    decide(art, [choice("wave", "rejected")], by="ben")
    decide(art, [choice("wave", "undone").model_copy(update={"id": str(uuid.uuid4()), "seen": first.id})], by="ada")
    assert standing(art)[0] == ("wave", "against", "ben")
    path = tmp_path / "decisions.csv"
    write_table(read_decisions(art), path)
    forget(art)
    assert import_decisions(art, path).recorded == 3
    assert standing(art)[0] == ("wave", "against", "ben")


def test_a_list_of_links_with_opinions_is_a_work_list_too(art: Database, tmp_path: Path) -> None:  # noqa: F811
    require(art, "hasStyle", by="ada")
    decide(art, [choice("wave", "accepted"), choice("fuji", "accepted")], by="ana")
    decide(art, [choice("wave", "rejected")], by="ben")
    path = tmp_path / "queue.csv"
    write_table(read_links(art), path)
    assert sorted(pd.read_csv(path)["verdict"]) == ["contested", "opinion", "pending"]
    assert import_decisions(art, path, by="cem").open == 3
