"""Nights on which little changed: nothing is trained, and only the links that it concerns are made anew."""

from pathlib import Path

from flows import facts_read
from flows.refresh import Refreshed
from flows.retraining.config import RetrainConfig
from graph.predicted.registry import Run
from models.triples.knowledge_graph import KnowledgeGraph


def why(folder: Path, champion: str, run: Run | None, graph: KnowledgeGraph, wanted: RetrainConfig) -> str | None:
    """Why this night need not train, in words; None: it has to.

    `folder` is the champion's, `run` the newest publication. The champion's links have to be in force, made from facts
    that are known, and so has what it was trained on.
    """
    serves = run is not None and (run.model_version, run.state) == (champion, "complete")
    changed = facts_read.changed_since_training(folder, graph) if serves else None
    known = changed is not None and (folder / facts_read.FILE).is_file()
    if changed is None or not known or changed > wanted.small_change * graph.num_entities:
        return None
    return (
        f"{changed:,} of {graph.num_entities:,} entities have other facts or decisions than when {champion} was "
        f"trained; it is trained again beyond {wanted.small_change:.1%} of them, or with --train"
    )


def told(done: Refreshed) -> list[str]:
    """What was made anew and what was left alone."""
    unlearned = f"no links yet: of {', '.join(done.unlearned)}, which the model has not learned"
    return [*(_told_anew(done) if done.entities else []), *([unlearned] if done.unlearned else [])]


def _told_anew(done: Refreshed) -> list[str]:
    counts = {name: sum(int(row[name]) for row in done.relations) for name in ("new", "changed", "stale")}
    evidence = done.entities - done.changed
    also = f", and of {evidence:,} whose links told what no longer holds" if evidence else ""
    reasons = [
        f"made anew: the links of {done.changed:,} entities whose facts changed{also}: {counts['new']:,} new, "
        f"{counts['changed']:,} changed, {counts['stale']:,} no longer proposed"
    ]
    if done.left is not None:
        reasons.append(
            f"left alone: {done.left:,} links of other entities, as their facts are the same and every fact that their "
            "evidence cites is still recorded; the model, its calibration and its rules"
        )
    return reasons
