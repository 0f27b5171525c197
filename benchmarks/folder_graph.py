"""A folder's entities and triples as the export would give them, without a database; vectors are kept in a cache."""

import hashlib
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import torch
from torch_geometric.data import HeteroData

from graph.exporting.fingerprint import fingerprint
from graph.loading.files import Source, read_source
from graph.loading.tables import find_table
from graph.splits import gate_half
from graph.vectors import text_of
from models.encoders import load_encoder
from models.encoders.vector_files import read_features


def read_graph(folder: Path, encoders: dict[str, str], cache: Path) -> HeteroData:
    """HeteroData of a folder; `encoders` names the encoder of each modality (visual, textual) that is wanted.

    An encoder `files:PATH` is a file with vectors of the entities.
    """
    derived = find_table(folder, "entities") is None
    source = read_source(folder, entities_from_triples=derived)
    entities = source.entities.sort_values(["label", "id"]).reset_index(drop=True)
    data = HeteroData()
    data.encoders = {}
    vectors = {}
    for modality, name in encoders.items():
        if name.startswith("files:"):
            vectors[modality] = _from_file(Path(name.removeprefix("files:")), entities)
        elif not derived:
            vectors[modality] = _vectors(modality, name, source, entities, cache)
    for modality, (values, _) in vectors.items():
        name = encoders[modality]
        data.encoders[modality] = {"name": name, "digest": "", "dimension": values.shape[1]}
    for label, rows in entities.groupby("label").indices.items():
        store = data[str(label)]
        store.id = entities["id"].iloc[rows].tolist()
        store.name = entities["name" if "name" in entities else "id"].iloc[rows].tolist()
        store.num_nodes = len(rows)
        store.held_out = torch.zeros(len(rows), dtype=torch.bool)
        for modality, (values, mask) in vectors.items():
            store[modality] = torch.from_numpy(values[rows])
            store[f"{modality}_mask"] = torch.from_numpy(mask[rows])
    _add_facts(data, entities, source.triples)
    data.fingerprint = fingerprint(data)
    return data


def _add_facts(data: HeteroData, entities: pd.DataFrame, facts: pd.DataFrame) -> None:
    labels = dict(zip(entities["id"], entities["label"], strict=True))
    place = {name: row for label in data.node_types for row, name in enumerate(data[label].id)}
    gate = gate_half(facts["head"], facts["tail"])
    kinds = [facts["head"].map(labels), facts["relation"], facts["tail"].map(labels)]
    for kind, rows in facts.groupby(kinds).indices.items():
        head, relation, tail = cast(tuple[str, str, str], kind)
        own, store = facts.iloc[rows], data[head, relation, tail]
        store.edge_index = torch.tensor([own[end].map(place).tolist() for end in ("head", "tail")])
        for split in ("train", "val", "test"):
            store[f"{split}_mask"] = torch.tensor((own["split"] == split).to_numpy())
        store.gate_mask = store.val_mask & torch.from_numpy(gate[rows])
        store.rejected_edge_index = torch.empty(2, 0, dtype=torch.long)


def _from_file(file: Path, entities: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Vectors [n, d] of the entities in their order, and who has one."""
    features = read_features(file)
    rows = pd.Index(features.ids).get_indexer(pd.Index(entities["id"]))
    values = np.where(rows[:, None] >= 0, features.vectors[rows], np.float32(0))
    return values, rows >= 0


def _vectors(
    modality: str, name: str, source: Source, entities: pd.DataFrame, cache: Path
) -> tuple[np.ndarray, np.ndarray]:
    """Vectors [n, d] of the entities in their order, and who has one."""
    column = "text" if modality == "textual" else "image"
    said = entities[column].fillna("") if column in entities else pd.Series("", index=entities.index)
    if modality == "textual":
        rows = zip(entities["id"], entities["name"].fillna(""), said, strict=True)
        said = pd.Series([text_of(*row) for row in rows])
    mask = (said != "").to_numpy()
    wanted = said[mask].tolist()
    key = hashlib.sha256("\n".join([name, modality, str(source.folder), *wanted]).encode()).hexdigest()[:16]
    file = cache / f"{modality}-{key}.npy"
    if not file.exists():
        encoder = load_encoder(name)
        if modality == "textual":
            made = encoder.encode_texts(wanted)
        else:
            made = encoder.encode_pictures([source.folder / path for path in wanted]).vectors
        cache.mkdir(parents=True, exist_ok=True)
        np.save(file, made)
    made = np.load(file)
    values = np.zeros((len(entities), made.shape[1]), dtype=np.float32)
    values[mask] = made
    return values, mask
