"""Tune: search hyperparameters by validation MRR, and keep the best configuration as a file for `vlkge train`.

The study is Optuna's, in a journal on disk: killed at any point, it goes on with the trial that was running.
"""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, Trial, TrialState
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel
from torch_geometric.data import HeteroData

from base.errors import InputError
from base.files import creating_folder, write_text
from base.progress import Progress
from flows.export import read_graph
from flows.runtime.checkpoints import folder_of, version_of
from flows.runtime.logs import LOGGED
from flows.runtime.progress import progress_bar
from flows.runtime.services import open_graph
from flows.runtime.settings import Settings
from flows.search_space import SearchSpace, as_toml
from models.config import TrainConfig
from models.representation.checkpoint import Checkpoint
from models.training.loop import train

# A trial is given up after this many epochs where it is below the median of so many others at the same epoch.
PRUNED_FROM_EPOCH, UNPRUNED_TRIALS = 2, 4
REASON = "reason"


class TrialResult(BaseModel):
    """One configuration that was tried: complete, pruned, or refused with a reason."""

    number: int
    state: str
    validation_mrr: float | None
    epochs: int
    settings: dict[str, Any]
    reason: str | None = None


class Tuned(BaseModel):
    """The best configuration so far, where it is written, and all trials, best first."""

    file: Path
    version: str
    validation_mrr: float
    trials: list[TrialResult]


@flow(name="tune", flow_run_name="tune-{space}", **LOGGED)
def tune(*, space: str, trials: int = 20, file: str | None = None, device: str = "auto") -> Tuned:
    """Try configurations of the space until `trials` are done, those of earlier calls with the same data counted.

    Raises InputError for a wrong space, for a graph without validation facts, and where no trial could be completed.
    """
    settings = Settings()
    chosen = SearchSpace.read(Path(space))
    with open_graph(settings) as database:
        data: HeteroData = read_graph(database)
    if not any(bool((store.val_mask & ~store.gate_mask).any()) for store in data.edge_stores):
        raise InputError("the graph has no validation facts to choose by: ingest a split with val, or more facts")
    name = f"{Path(space).stem}-{_digest(chosen.model_dump_json() + data.fingerprint)}"
    search = Search(name, chosen, data, settings.vlkge_home / "tuning" / name, device)
    run_trials(search, trials)
    best = search.best()
    version = version_of(search.config_of(best), data.fingerprint)
    written = Path(file) if file else search.folder / "best.toml"
    comments = [
        f"vlkge tune {Path(space).name}: the best of {len(search.done())} trials, number {best.number}",
        f"validation MRR {best.value:.4f}, on data {data.fingerprint[:12]}",
    ]
    write_text(written, as_toml(search.config_of(best), comments))
    if not folder_of(settings, version).exists():
        with creating_folder(folder_of(settings, version)) as draft:
            shutil.copytree(search.trial_folder(best), draft, dirs_exist_ok=True)
    return Tuned(file=written, version=version, validation_mrr=float(best.value or 0.0), trials=search.results())


@task(cache_policy=NO_CACHE)
def run_trials(search: "Search", trials: int) -> None:
    with progress_bar("tune") as progress:
        search.run(trials, progress)


class Search:
    """A study of one space on one graph, kept in `folder`."""

    def __init__(self, name: str, space: SearchSpace, data: HeteroData, folder: Path, device: str) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        folder.mkdir(parents=True, exist_ok=True)
        self.space, self.data, self.folder, self.device = space, data, folder, device
        self.study = optuna.create_study(
            storage=JournalStorage(JournalFileBackend(str(folder / "journal.log"))),
            study_name=name,
            direction="maximize",
            pruner=optuna.pruners.MedianPruner(UNPRUNED_TRIALS, n_warmup_steps=PRUNED_FROM_EPOCH),
            load_if_exists=True,
        )
        # Not the same draws again after a restart.
        self.study.sampler = optuna.samplers.TPESampler(seed=len(self.study.trials))

    def run(self, trials: int, progress: Progress) -> None:
        """Go on until so many trials are done."""
        self._take_up_interrupted()
        while (done := len(self.done())) < trials:
            trial = self.study.ask(self.space.distributions)
            self._attempt(trial, lambda note, done=done: progress(done, trials, note))  # type: ignore[misc]
            self._forget_losers()
        progress(trials, trials, self._best_note())

    def done(self) -> list[FrozenTrial]:
        """Trials that ended: complete, pruned, or refused."""
        ended = (TrialState.COMPLETE, TrialState.PRUNED)
        return [trial for trial in self.study.trials if trial.state in ended or REASON in trial.user_attrs]

    def best(self) -> FrozenTrial:
        """The complete trial of the highest validation MRR; raises InputError where there is none."""
        if not self._complete():
            reasons = {trial.user_attrs[REASON] for trial in self.done() if REASON in trial.user_attrs}
            raise InputError(f"no trial could be completed: {'; '.join(sorted(reasons))}")
        return self.study.best_trial

    def config_of(self, trial: FrozenTrial) -> TrainConfig:
        return self.space.config(trial.params)

    def trial_folder(self, trial: FrozenTrial) -> Path:
        """By configuration, so that the same one is not trained twice, and an interrupted one goes on."""
        return self._folder(self.config_of(trial))

    def results(self) -> list[TrialResult]:
        """All trials that ended, best first."""
        return sorted((self._result(trial) for trial in self.done()), key=lambda trial: -(trial.validation_mrr or 0.0))

    def _attempt(self, trial: Trial, echo: Callable[[str], None]) -> None:
        """Train one configuration, and tell the study how it ended."""

        def after_epoch(epoch: int, mrr: float) -> None:
            echo(f"trial {trial.number}, epoch {epoch}: {mrr:.3f}; {self._best_note()}")
            trial.report(mrr, epoch)
            if trial.should_prune():
                raise optuna.TrialPruned

        try:
            config = self.space.config(trial.params)
            checkpoint = train(self.data, config, self._folder(config), device=self.device, after_epoch=after_epoch)
        except optuna.TrialPruned:
            self.study.tell(trial, state=TrialState.PRUNED)
        except InputError as error:  # values that do not fit together, or a loss that is no longer finite
            trial.set_user_attr(REASON, str(error))
            self.study.tell(trial, state=TrialState.FAIL)
        else:
            self._report_all(trial, checkpoint)
            self.study.tell(trial, checkpoint.metrics["validation_mrr"])

    def _report_all(self, trial: Trial, checkpoint: Checkpoint) -> None:
        """A resumed or repeated training has epochs that this trial did not see."""
        known = self.study.trials[trial.number].intermediate_values
        for row in checkpoint.metrics["history"]:
            if row["epoch"] not in known:
                trial.report(row["validation_mrr"], row["epoch"])

    def _take_up_interrupted(self) -> None:
        """What ran when the process was killed is tried again first; its training resumes after its last epoch."""
        for trial in self.study.get_trials(states=[TrialState.RUNNING]):
            self.study.tell(trial.number, state=TrialState.FAIL)
            self.study.enqueue_trial(trial.params)

    def _forget_losers(self) -> None:
        """Only the best trial's model stays on disk."""
        kept = {self.trial_folder(self.best()).name} if self._complete() else set()
        for folder in (self.folder / "trials").glob("*"):
            if folder.name not in kept:
                shutil.rmtree(folder)

    def _complete(self) -> list[FrozenTrial]:
        return self.study.get_trials(states=[TrialState.COMPLETE])

    def _best_note(self) -> str:
        if not self._complete():
            return "no trial complete yet"
        return f"best {self.study.best_value:.3f} (trial {self.study.best_trial.number})"

    def _folder(self, config: TrainConfig) -> Path:
        return self.folder / "trials" / version_of(config, self.data.fingerprint)

    def _result(self, trial: FrozenTrial) -> TrialResult:
        seen = list(trial.intermediate_values.values())
        return TrialResult(
            number=trial.number,
            state="refused" if REASON in trial.user_attrs else trial.state.name.lower(),
            validation_mrr=trial.value if trial.value is not None else max(seen, default=None),
            epochs=len(seen),
            settings=self.space.values(trial.params),
            reason=trial.user_attrs.get(REASON),
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
