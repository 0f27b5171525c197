"""Links that people see differently, or that a source does."""

import pandas as pd

from graph.connection import Database


def list_disagreements(database: Database) -> pd.DataFrame:
    """Links that need talking about, the newest first.

    Columns: head, relation, tail, kind ('disagreement': the last verdicts of two people differ; 'dispute': a fact of a
    source that somebody rejected; 'lost': somebody accepted it, and its fact was deleted), verdict, by, at (of the
    newest decision), verdicts (list of 'person: verdict'), sources (list: who asserts the fact). Of kind 'contested'
    are links about which required opinions differ.
    """
    columns = ["head", "relation", "tail", "kind", "verdict", "by", "at", "verdicts", "sources"]
    rows = database.read("decisions/list_disagreements")
    rows += [
        {**row, "kind": "lost", "verdict": "accepted", "verdicts": [f"{row['by']}: accepted"], "sources": []}
        for row in database.read("adopt/list_lost_facts")
        if row["gone"] == "fact"
    ]
    frame = pd.DataFrame([{**row, "at": row["at"].to_native()} for row in rows], columns=columns)
    return frame.sort_values(["at", "head", "relation", "tail"], ascending=[False, True, True, True], ignore_index=True)
