"""Relation vectors that start from what the relations are called, as the graph's text encoder reads it."""

import math
import string

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from base.errors import InputError
from models.encoders import load_encoder
from models.representation.projected_relations import spread_angles
from models.representation.vlkge import VLKGE
from models.scoring.scorers import Scorer
from models.triples.knowledge_graph import KnowledgeGraph

PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation, " "))


def start_from_names(model: VLKGE, graph: KnowledgeGraph) -> None:
    """Give an untrained model of `graph` relation vectors that are alike where the relations' names are, in place.

    Names are read as words (`words`) and encoded to d numbers. Where a relation's vector is not d wide, a fixed random
    map with orthonormal rows or columns, drawn by the configuration's seed, takes them there; for ComplEx real and
    imaginary parts side by side, as with entities. The vectors become as large as the random ones in their place.
    Angles of RotatE are spread evenly over the circle. With reciprocal relations, the row that asks for heads starts
    as the scorer's inverse of the other: at first the two sides agree. Then all of them are trained like free ones,
    and a checkpoint holds them, so that only the start needs the encoder.

    With `relation_vectors = "projected"` the map itself is trained, one for each side with reciprocal relations, and
    the relations have no vectors of their own. A checkpoint holds what was read of the names.

    The release of VL-KGE takes such features too, and then overwrites them with random values.

    Raises InputError where no encoder has read the graph's texts, or that one cannot be had again.
    """
    features = encoded([words(name) for name in graph.relations], graph.encoders)
    with torch.no_grad():
        for tower in model.submodels:
            free, scorer = tower.own_relations, tower.fused_scorer
            if model.config.relation_vectors == "projected":
                size = math.sqrt(free.shape[1])
                size *= 1 if scorer.angular_relations else float(free.square().mean().sqrt())
                forward = size * _map(features.shape[1], free.shape[1], model.config.seed)
            else:
                forward = _start(features, scorer, free, model.config.seed)
            rows = torch.cat([forward, scorer.inverse(forward)] if model.config.reciprocal else [forward])
            if model.config.relation_vectors == "projected":
                tower.project_relations(features.to(free.device), rows.to(free.device))
            else:
                free.copy_(rows)


def words(name: str) -> str:
    """A relation's name as one would say it: isCreatedByArtist and IS_CREATED_BY_ARTIST are "is created by artist"."""
    apart = ""
    for before, letter, after in zip(" " + name, name, name[1:] + " ", strict=False):
        starts_word = letter.isupper() and (before.islower() or before.isdigit())
        ends_capitals = letter.isupper() and before.isupper() and after.islower()
        apart += f" {letter}" if starts_word or ends_capitals else letter
    return " ".join(apart.translate(PUNCTUATION).lower().split()) or name


def encoded(texts: list[str], encoders: dict[str, dict[str, object]]) -> Tensor:
    """Unit vectors [n, d] of texts, by the encoder that `encoders` names for the graph's texts; on the CPU."""
    instead = "or leave relation_vectors at free"
    if "textual" not in encoders:
        has = ", ".join(sorted(encoders)) or "no"
        raise InputError(
            "relation_vectors needs the encoder that read the graph's texts, but the graph has "
            f"{has} vectors: type `vlkge encode` with one that reads texts, {instead}"
        )
    name, digest = str(encoders["textual"]["name"]), encoders["textual"].get("digest")
    try:
        encoder = load_encoder(name, device="cpu")
    except InputError as error:
        raise InputError(
            f"relation_vectors needs the encoder of the graph's texts, but {name!r} cannot be loaded: encode again "
            f"with one that can be, {instead} ({error})"
        ) from error
    if digest and digest != encoder.digest:  # a graph that was put together by hand may have none
        raise InputError(
            f"relation_vectors needs the encoder of the graph's texts, but {name!r} is no longer that one (its digest "
            f"is {encoder.digest[:12]}, not {str(digest)[:12]}): type `vlkge encode --encoder {name}`, {instead}"
        )
    return torch.from_numpy(encoder.encode_texts(texts))


def _start(features: Tensor, scorer: Scorer, free: Tensor, seed: int) -> Tensor:
    """Vectors [n, R] of relations from their features [n, d], in place of the `free` ones, [n or 2 n, R]."""
    normal = F.normalize(features @ _map(features.shape[1], free.shape[1], seed), dim=1)
    normal = normal * math.sqrt(free.shape[1])  # numbers of mean square 1
    return spread_angles(normal) if scorer.angular_relations else normal * free.square().mean().sqrt().cpu()


def _map(given: int, width: int, seed: int) -> Tensor:
    """A map [given, width] with orthonormal rows or columns; none where the widths agree."""
    if given == width:
        return torch.eye(width)
    return nn.init.orthogonal_(torch.empty(given, width), generator=torch.Generator().manual_seed(seed))
