"""What a training keeps on disk while it goes on: the state after its last epoch, and the weights of its best.

One process writes both to two safetensors files. Of sharded tables each process writes its rows to safetensors files
of its own, by torch.distributed.checkpoint; any number of processes reads them, also one that holds whole tables.
"""

import shutil
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageReader, HuggingFaceStorageWriter
from torch.distributed.checkpoint.metadata import TensorStorageMetadata
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import save

from base.errors import InputError
from models.representation.vlkge import VLKGE
from models.tensor_file import load_tensors, read_json, save_json, save_tensors
from models.training.distributed import Group

STATE, BEST = "training.safetensors", "best.safetensors"
EPOCHS, NOTE = "epochs", "note.json"
Note = dict[str, Any]


def states_of(folder: Path, sharded: bool) -> "States":
    """Where a training in this folder keeps its states; raises InputError where whole ones are to be sharded."""
    if sharded and (folder / STATE).exists():
        raise InputError(f"{folder} holds an unfinished training that is not sharded: resume it without --shard")
    return Parts(folder) if sharded or Parts(folder).note() else Files(folder)


@dataclass(frozen=True)
class States(ABC):
    """The states of the training in `folder`; all its processes call `save` and `load`, with the same arguments."""

    folder: Path

    @abstractmethod
    def note(self) -> Note | None:
        """What was saved beside the last state; None: there is no state."""

    @abstractmethod
    def save(self, model: VLKGE, optimizer: torch.optim.Optimizer, note: Note, best: int) -> None:
        """Keep the state after an epoch, and the weights of the `best` epoch, from 1; `note` has the `history`."""

    @abstractmethod
    def load(self, model: VLKGE, optimizer: torch.optim.Optimizer) -> None:
        """Put the last state in place."""

    @abstractmethod
    def load_best(self, model: VLKGE, best: int) -> None:
        """Put the weights of the best epoch in place, in a model that this process holds all of."""

    @abstractmethod
    def remove(self) -> None:
        """Forget the training."""


class Files(States):
    """Whole tables, in files that the leader writes."""

    def note(self) -> Note | None:
        return load_tensors(self.folder / STATE)[1] if (self.folder / STATE).exists() else None

    def save(self, model: VLKGE, optimizer: torch.optim.Optimizer, note: Note, best: int) -> None:
        if not Group.current().is_main:
            return
        if best == len(note["history"]):
            save_tensors(dict(model.named_parameters()), self.folder / BEST)
        save_tensors(_tensors(model, optimizer), self.folder / STATE, note)

    def load(self, model: VLKGE, optimizer: torch.optim.Optimizer) -> None:
        tensors, _ = load_tensors(self.folder / STATE)
        parameters = dict(model.named_parameters())
        with torch.no_grad():
            for name, parameter in parameters.items():
                parameter.copy_(tensors[f"model/{name}"])
        for name in tensors:
            if name.startswith("optimizer/"):
                _, of, key = name.split("/")
                parameter = parameters[of]
                optimizer.state[parameter][key] = tensors[name].to(parameter.device if tensors[name].dim() else "cpu")

    def load_best(self, model: VLKGE, best: int) -> None:  # noqa: ARG002 (there is one)
        tensors, _ = load_tensors(self.folder / BEST)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                parameter.copy_(tensors[name])

    def remove(self) -> None:
        for name in (STATE, BEST):
            (self.folder / name).unlink(missing_ok=True)


class Parts(States):
    """A folder for each epoch that is needed, with the rows of each process; its note comes last and completes it."""

    def note(self) -> Note | None:
        last = self._last()
        return read_json(self._epoch(last) / NOTE) if last else None

    def save(self, model: VLKGE, optimizer: torch.optim.Optimizer, note: Note, best: int) -> None:
        epoch, group = len(note["history"]), Group.current()
        sharded = model.sharded_parameters
        tensors = {name: _view(model, name, value, sharded) for name, value in _tensors(model, optimizer).items()}
        if group.is_main:
            shutil.rmtree(self._epoch(epoch), ignore_errors=True)  # every file there is read, also of more processes
        group.wait()
        # a file for each: what is written to one is held twice meanwhile
        files = {name: number for number, name in enumerate(tensors, 1)}
        writer = HuggingFaceStorageWriter(str(self._epoch(epoch)), files, save_distributed=True)
        with _alone():
            save(tensors, storage_writer=writer)
        if group.is_main:
            save_json(note, self._epoch(epoch) / NOTE)
            for other in (self.folder / EPOCHS).iterdir():
                if other.name not in (str(epoch), str(best)):
                    shutil.rmtree(other)
        group.wait()

    def load(self, model: VLKGE, optimizer: torch.optim.Optimizer) -> None:
        reader = HuggingFaceStorageReader(str(self._epoch(self._last())))
        parameters, sharded = dict(model.named_parameters()), model.sharded_parameters
        tensors: dict[str, Tensor] = {f"model/{name}": value.detach() for name, value in parameters.items()}
        for name, stored in reader.read_metadata().state_dict_metadata.items():
            if name.startswith("optimizer/") and isinstance(stored, TensorStorageMetadata):
                _, of, key = name.split("/")
                parameter = parameters[of]
                if key not in optimizer.state[parameter]:
                    optimizer.state[parameter][key] = (
                        torch.zeros_like(parameter)
                        if len(stored.size)
                        else torch.zeros((), dtype=stored.properties.dtype)
                    )
                tensors[name] = optimizer.state[parameter][key]
        views = {name: _view(model, name, value, sharded) for name, value in tensors.items()}
        with _alone():
            load(views, storage_reader=reader)

    def load_best(self, model: VLKGE, best: int) -> None:
        tensors = {f"model/{name}": parameter.detach() for name, parameter in model.named_parameters()}
        with _alone():
            load(tensors, storage_reader=HuggingFaceStorageReader(str(self._epoch(best))), no_dist=True)

    def remove(self) -> None:
        shutil.rmtree(self.folder / EPOCHS, ignore_errors=True)

    def _epoch(self, number: int) -> Path:
        return self.folder / EPOCHS / str(number)

    def _last(self) -> int:
        """The last epoch whose state is complete; 0: there is none."""
        return max((int(note.parent.name) for note in self.folder.glob(f"{EPOCHS}/*/{NOTE}")), default=0)


@contextmanager
def _alone() -> Iterator[None]:
    """A single process is told by torch that it is one, each time: it knows."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "torch.distributed is disabled, unavailable or uninitialized")
        yield


def _tensors(model: VLKGE, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Parameters as model/NAME, and what the optimizer keeps of each as optimizer/NAME/KEY."""
    tensors: dict[str, Tensor] = {f"model/{name}": parameter.detach() for name, parameter in model.named_parameters()}
    for name, parameter in model.named_parameters():
        for key, value in optimizer.state[parameter].items():
            tensors[f"optimizer/{name}/{key}"] = value
    return tensors


def _view(model: VLKGE, name: str, tensor: Tensor, sharded: set[str]) -> Tensor:
    """The whole table of which this process holds rows; any other tensor as it is."""
    return model.shards.view(tensor) if model.shards and tensor.dim() and name.split("/")[1] in sharded else tensor
