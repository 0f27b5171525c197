"""Where two people must agree: one opinion makes no fact, the second does, and an admin settles what differs."""

from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from base.errors import InputError
from graph.connection import Database
from graph.curation.audit_sample import read_sample
from graph.curation.decision import ConflictError
from graph.curation.decision_files import import_decisions
from graph.curation.decisions import decide, history
from graph.curation.disagreements import list_disagreements
from graph.curation.exchange import read_decisions, write_table
from graph.curation.opinions import Outcome, Verdict, Voice, lift, list_required, open_opinions, require, weigh
from graph.curation.taking_back import Wanted, find_standing, take_back
from graph.link_key import link_key
from graph.page.audit import count_opinions, list_newest, read_desk
from graph.page.card import read_card
from graph.page.review_queue import Filters, list_keys
from graph.predicted.predictions import publish
from tests.graph.curation.test_decisions import CATALOGUE, LINK, art, choose, facts, verdict_of

__all__ = ["art"]
KEY = link_key(*LINK)
FACT = {**CATALOGUE, ("wave", "ukiyo-e"): ("train", ["prediction"])}


def voices(*given: str) -> list[Voice]:
    """Such as "ana for" or "ben undone 1", numbered from 1 as their ids."""
    split = [line.split() for line in given]
    return [Voice(str(n), by, verdict, *undoes) for n, (by, verdict, *undoes) in enumerate(split, 1)]  # type: ignore[arg-type]


def weighed(history: list[Voice], by: str, verdict: Verdict, *, settles: bool = False) -> Outcome:
    return weigh(history, Voice("new", by, verdict), required=True, settles=settles)


def test_the_second_person_who_agrees_decides() -> None:
    assert weighed([], "ana", "accepted") == ("for", "opinion", ["new"], None, None)
    once = voices("ana for")
    assert weighed(once, "ana", "accepted") == ("for", "opinion", ["new"], None, None), "one person is one opinion"
    assert weighed(once, "ana", "accepted", settles=True).verdict == "for", "be it an admin"
    assert weighed(once, "ben", "accepted") == ("accepted", None, (), None, None)
    assert weighed(once, "ben", "rejected") == ("against", "contested", ["1", "new"], None, None)
    assert weighed(voices("ana against"), "ben", "rejected").verdict == "rejected"


def test_what_differs_is_settled_by_an_admin_who_took_no_part_or_by_those_who_differ() -> None:
    torn = voices("ana for", "ben against")
    assert weighed(torn, "cem", "accepted") == ("for", "contested", ["1", "2", "new"], None, None)
    assert weighed(torn, "ada", "rejected", settles=True) == ("rejected", None, (), None, None)
    assert weighed(torn, "ben", "rejected", settles=True).waiting == "contested", "an admin who took part is a party"
    assert weighed(torn, "ben", "accepted").verdict == "accepted", "they agree after all"
    settled = [*torn, Voice("3", "ada", "accepted")]
    with pytest.raises(InputError, match="accepted already, lastly by ada; only an admin can decide otherwise"):
        weighed(settled, "ben", "rejected")
    assert weighed(settled, "ada", "rejected", settles=True).verdict == "rejected"


def test_who_takes_back_what_two_agreed_on_leaves_the_first_opinion_open() -> None:
    agreed = voices("ana for", "ben accepted")
    assert open_opinions(agreed) == {}
    assert weighed(agreed, "ben", "undone") == ("undone", "opinion", ["1"], "2", None)
    back = voices("ana for", "ben accepted", "ben undone 2")
    assert [voice.id for voice in open_opinions(back).values()] == ["1"]
    assert weighed(back, "ana", "undone") == ("undone", None, [], "1", None)
    torn = voices("ana for", "ben against")
    assert weigh(torn, Voice("new", "ada", "undone"), required=True, settles=True, seen="1") == (
        "undone", "opinion", ["2"], "1", None,
    )  # fmt: skip
    with pytest.raises(InputError, match="nothing stands"):
        weighed(voices("ana accepted", "ana undone"), "ana", "undone")  # as earlier versions recorded it


def waiting(database: Database, order: str, person: str) -> list[str]:
    return list_keys(database, Filters(order=order), limit=9, person=person)  # type: ignore[arg-type]


def test_a_first_acceptance_makes_no_fact_and_waits_for_others(art: Database) -> None:
    with pytest.raises(InputError, match="no relation 'hasStile'; did you mean: hasStyle"):
        require(art, "hasStile", by="ada")
    require(art, "hasStyle", by="ada")
    require(art, "hasStyle", by="eva")
    assert [(found.relation, found.by) for found in list_required(art)] == [("hasStyle", "ada")]
    (first,) = decide(art, [choose("accepted")], by="ana")
    assert (first.verdict, first.waiting, facts(art), verdict_of(art, "wave")) == (
        "for",
        "opinion",
        CATALOGUE,
        "opinion",
    )
    assert (waiting(art, "second", "ana"), waiting(art, "second", "ben")) == ([], [KEY])
    assert list_keys(art, Filters(), limit=9) == [link_key("fuji", "hasStyle", "ukiyo-e")], "it left the first queue"
    assert count_opinions(art, "ben") == (1, 0, 0, ["hasStyle"])
    assert [made["id"] for made in list_newest(art, "ana")] == [first.id]
    again = decide(art, [choose("accepted", id=first.id)], by="ana")
    assert (again, len(history(art, *LINK))) == ([first.model_copy(update={"waiting": "opinion"})], 1), "sent twice"

    # A run that proposes it again, or no more, leaves it as it is.
    publish(art, publishable(), model_version="v1", run_id="tuesday")
    assert verdict_of(art, "wave") == "opinion"
    (second,) = decide(art, [choose("accepted")], by="ben")
    assert (second.verdict, second.number, facts(art), waiting(art, "second", "cem")) == ("accepted", 2, FACT, [])
    decide(art, [choose("undone", seen=second)], by="ben")
    assert (facts(art), verdict_of(art, "wave"), waiting(art, "second", "ben")) == (CATALOGUE, "opinion", [KEY])
    decide(art, [choose("undone", seen=first)], by="ana")
    assert (verdict_of(art, "wave"), waiting(art, "second", "ben"), list_newest(art, "ana")) == ("pending", [], [])
    with pytest.raises(ConflictError):
        decide(art, [choose("undone", seen=second)], by="ben")


def publishable() -> pd.DataFrame:
    columns = ["head", "relation", "tail", "score", "rank", "probability"]
    return pd.DataFrame([("wave", "hasStyle", "ukiyo-e", 9.0, 1, 0.7)], columns=columns)


def test_two_rejections_teach_the_model_and_one_does_not(art: Database) -> None:
    require(art, "hasStyle", by="ada")
    decide(art, [choose("rejected")], by="ana")
    assert art.read("export/list_rejections") == []
    decide(art, [choose("rejected")], by="ben")
    assert [row["tail"] for row in art.read("export/list_rejections")] == ["ukiyo-e"]
    assert verdict_of(art, "wave") == "rejected"


def test_opinions_that_differ_wait_for_an_admin_and_are_listed_until_settled(art: Database) -> None:
    require(art, "hasStyle", by="ada")
    decide(art, [choose("accepted")], by="ana")
    decide(art, [choose("rejected")], by="ben")
    assert (verdict_of(art, "wave"), facts(art), art.read("export/list_rejections")) == ("contested", CATALOGUE, [])
    assert (waiting(art, "contested", "ada"), waiting(art, "contested", "ben"), waiting(art, "second", "cem")) == (
        [KEY], [], [],
    )  # fmt: skip
    found = list_disagreements(art)
    assert found[["kind", "verdicts"]].to_numpy().tolist() == [["contested", ["ana: for", "ben: against"]]]
    (settled,) = decide(art, [choose("accepted")], by="ada", settles=True)
    assert (facts(art), list_disagreements(art).empty, waiting(art, "contested", "cem")) == (FACT, True, [])
    decide(art, [choose("undone", seen=settled)], by="ada")
    assert (verdict_of(art, "wave"), facts(art)) == ("contested", CATALOGUE)
    with pytest.raises(InputError, match=r'\["fuji".*nothing stands'):
        decide(art, [choose("undone", ("fuji", "hasStyle", "ukiyo-e"))], by="ana")


def test_an_answer_that_no_run_proposed_has_a_card_for_the_second_person(art: Database) -> None:
    require(art, "hasStyle", by="ada")
    link = ("wave", "hasStyle", "realism")
    decide(art, [choose("accepted", link)], by="ana", any_kinds=True)
    assert waiting(art, "second", "ben") == [link_key(*link)]
    assert list_keys(art, Filters(order="second", relation="hasColour"), limit=9) == []
    assert list_keys(art, Filters(order="second", answer="realism"), limit=9) == [link_key(*link)]
    card = read_card(art, link_key(*link))
    assert card is not None
    assert (card.state, card.verdict, card.probability, list(card.opinions)) == ("unproposed", "opinion", None, ["ana"])
    assert read_card(art, link_key("fuji", "hasStyle", "realism")) is None


def test_today_counts_links_once_and_none_that_was_taken_back(art: Database) -> None:
    morning = datetime.now().astimezone() - timedelta(hours=1)
    (first,) = decide(art, [choose("accepted")], by="ana")
    (second,) = decide(art, [choose("rejected", seen=first)], by="ana")
    decide(art, [choose("rejected", ("fuji", "hasStyle", "ukiyo-e"))], by="ana")
    assert read_desk(art, "ana", since=morning).today == 2
    decide(art, [choose("undone", seen=second)], by="ana")
    decide(art, [choose("undone", ("fuji", "hasStyle", "ukiyo-e"))], by="ada", force=True)
    assert read_desk(art, "ana", since=morning).today == 0


def test_links_that_wait_stay_undecided_in_the_random_sample(art: Database) -> None:
    require(art, "hasStyle", by="ada")
    decide(art, [choose("accepted")], by="ana", queue="audit")
    assert read_sample(art).decided.empty
    decide(art, [choose("accepted")], by="ben", queue="audit")
    assert len(read_sample(art).decided) == 1


def test_taking_back_many_takes_back_open_opinions(art: Database) -> None:
    require(art, "hasStyle", by="ada")
    decide(art, [choose("accepted"), choose("rejected", ("fuji", "hasStyle", "ukiyo-e"))], by="ana", batch="b")
    decide(art, [choose("rejected")], by="ben")
    found = find_standing(art, Wanted(by="ana"))
    assert (len(found.decisions), found.facts_that_go, found.reopened) == (2, 0, 0)
    take_back(art, found, by="ada")
    assert (verdict_of(art, "wave"), verdict_of(art, "fuji")) == ("opinion", "pending")


def test_when_it_is_lifted_the_next_decision_counts_alone(art: Database) -> None:
    require(art, "hasStyle", by="ada")
    decide(art, [choose("accepted")], by="ana")
    lift(art, "hasStyle", by="ada")
    with pytest.raises(InputError, match="'hasStyle' requires no second opinion; those that do: none"):
        lift(art, "hasStyle", by="ada")
    assert waiting(art, "second", "ben") == [KEY]
    decide(art, [choose("rejected", seen=history(art, *LINK)[-1])], by="ben")
    assert verdict_of(art, "wave") == "rejected"


def test_files_of_decisions_respect_it_and_bring_opinions_elsewhere(art: Database, tmp_path: Path) -> None:
    require(art, "hasStyle", by="ada")
    file = tmp_path / "sheet.csv"
    links = [("wave", "ana"), ("wave", "ben"), ("fuji", "ana")]
    lines = ["head,relation,tail,verdict,by", *(f"{head},hasStyle,ukiyo-e,accepted,{by}" for head, by in links)]
    file.write_text("\n".join(lines), encoding="utf-8")
    assert import_decisions(art, file).recorded == 3
    assert (facts(art), verdict_of(art, "fuji")) == (FACT, "opinion")
    assert import_decisions(art, file).recorded == 0
    exported = tmp_path / "decisions.csv"
    write_table(read_decisions(art), exported)
    assert read_decisions(art, standing=True)["verdict"].tolist() == ["for", "accepted"]

    art.driver.execute_query("MATCH (d:Decision) DETACH DELETE d")
    art.driver.execute_query("MATCH ()-[p:PREDICTED]->() SET p.verdict = 'pending'")
    lift(art, "hasStyle", by="ada")
    assert import_decisions(art, exported).recorded == 3
    assert (verdict_of(art, "wave"), verdict_of(art, "fuji")) == ("accepted", "opinion"), "an opinion stays one"


def test_whoever_contradicts_two_people_is_refused_unless_they_settle(art: Database, tmp_path: Path) -> None:
    require(art, "hasStyle", by="ada")
    decide(art, [choose("accepted")], by="ana")
    (agreed,) = decide(art, [choose("accepted")], by="ben")
    with pytest.raises(InputError, match="accepted already, lastly by ben; only an admin"):
        decide(art, [choose("rejected", seen=agreed)], by="cem")
    file = tmp_path / "sheet.csv"
    file.write_text("head,relation,tail,verdict,by\nwave,hasStyle,ukiyo-e,rejected,cem", encoding="utf-8")
    with pytest.raises(InputError, match="somebody decided otherwise"):
        import_decisions(art, file)
    assert import_decisions(art, file, force=True).recorded == 1
    assert verdict_of(art, "wave") == "rejected"


def test_a_link_whose_answer_is_gone_does_not_stop_the_second_opinions(art: Database) -> None:
    require(art, "hasStyle", by="ada")
    decide(art, [choose("accepted")], by="ana")
    decide(art, [choose("accepted", ("fuji", "hasStyle", "realism"))], by="ana")
    art.driver.execute_query("MATCH (t {id: 'realism'}) DETACH DELETE t")
    assert list_keys(art, Filters(order="second"), limit=9, person="ben") == [KEY]
    assert count_opinions(art, "ben").second == 1
