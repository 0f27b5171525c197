"""A model that loses its place while its links are made is not published over the one that took it."""

from collections.abc import Callable
from typing import Any

import pytest

import flows.predict
import flows.refresh
import flows.retraining.flow
import flows.rules
from base.errors import PipelineError
from flows.predict import predict
from flows.refresh import refresh
from flows.retraining import champion_links, model_changes
from flows.retraining.champion_links import republish
from flows.retraining.flow import Retraining, retrain
from flows.runtime.settings import Settings
from graph.connection import Database
from graph.predicted import registry
from tests.flows.retraining.test_flow import UNTRAINED, links

PASSES = {**UNTRAINED, "gate": {"margin": 1, "relation_margin": 1}}


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, Callable[[], object]], None]:
    """Has something done once a flow has loaded its model, and before it publishes."""

    def arrange(flow: Any, happens: Callable[[], object]) -> None:
        def rules_of(*arguments: Any) -> Any:
            happens()
            return flows.rules.rules_of(*arguments)

        monkeypatch.setattr(flow, "rules_of", rules_of)

    return arrange


def test_who_lost_the_place_meanwhile_publishes_nothing(
    database: Database, museum: Retraining, meanwhile: Callable[[Any, Callable[[], object]], None]
) -> None:
    second = retrain(config=PASSES)
    assert second.outcome == "promoted"
    meanwhile(flows.predict, model_changes.roll_back)
    with pytest.raises(PipelineError, match=f"{second.champion} was champion .* links of {museum.champion} were put"):
        predict(relations=["hasStyle"])
    assert {link[-1] for link in links(database)} == {museum.champion}

    # A rollback publishes first and moves the alias then; whoever waited gets the turn in between.
    meanwhile(flows.predict, lambda: republish(Settings(), database, second.champion))
    with pytest.raises(PipelineError, match=f"links of {second.champion} were put in force meanwhile"):
        predict(relations=["hasStyle"])
    assert registry.champion(database).version == museum.champion
    assert {link[-1] for link in links(database)} == {second.champion}

    named = predict(model=museum.champion)
    assert {link[-1] for link in links(database)} == {named.model} == {museum.champion}

    meanwhile(flows.refresh, lambda: predict(model=second.champion, relations=["hasStyle"]))
    (Settings().models / museum.champion / "facts_read.parquet").unlink()
    with pytest.raises(PipelineError, match=rf"of model {museum.champion} were .* model {second.champion} is in force"):
        refresh()
    assert {link[-1] for link in links(database)} == {second.champion}


def test_a_night_that_refuses_publishes_for_who_is_champion_by_then(
    database: Database, museum: Retraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = retrain(config=UNTRAINED).trained
    assert refused is not None
    real = flows.retraining.flow.judge

    def judge(*arguments: Any) -> Any:
        found = real(*arguments)
        model_changes.promote(version=refused.version)
        return found

    monkeypatch.setattr(flows.retraining.flow, "judge", judge)
    done = retrain(config={**UNTRAINED, "train": {**UNTRAINED["train"], "learning_rate": 2e-9}})
    assert (done.outcome, done.former) == ("kept", museum.champion)
    assert registry.champion(database).version == refused.version
    assert {link[-1] for link in links(database)} == {refused.version}


def test_who_publishes_between_a_publication_and_its_alias_does_not_stay_in_force(
    database: Database, museum: Retraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = retrain(config=PASSES)
    assert second.outcome == "promoted"
    real, looked = champion_links.publication_lock, []

    def lock(*arguments: Any) -> Any:
        if not looked:
            looked.append(predict().model)  # of who is champion still
        return real(*arguments)

    monkeypatch.setattr(champion_links, "publication_lock", lock)
    model_changes.roll_back()
    assert (looked, registry.champion(database).version) == ([second.champion], museum.champion)
    assert {link[-1] for link in links(database)} == {museum.champion}

    looked.clear()
    third = retrain(config={**PASSES, "train": {**PASSES["train"], "learning_rate": 2e-9}})
    assert (looked, third.outcome) == ([museum.champion], "promoted")
    assert {link[-1] for link in links(database)} == {third.champion}


def test_who_loses_the_place_to_a_third_is_not_rolled_back(
    database: Database, museum: Retraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = retrain(config=PASSES)
    third = retrain(config={**PASSES, "train": {**PASSES["train"], "learning_rate": 2e-9}})
    model_changes.promote(version=second.champion)
    real = model_changes.republish

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.setattr(model_changes, "republish", real)
        model_changes.promote(version=museum.champion)
        return real(*arguments)

    monkeypatch.setattr(model_changes, "republish", meanwhile)
    with pytest.raises(PipelineError, match=f"{second.champion} was to be rolled back, but {museum.champion} became"):
        model_changes.roll_back()
    assert registry.champion(database).version == museum.champion
    assert {link[-1] for link in links(database)} == {museum.champion} != {third.champion}
