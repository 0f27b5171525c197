"""What a training run is asked to do."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import (
    Field,
    PositiveInt,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from base.settings import Settings

LATER = (
    "relation_vectors",
    "nystroem_components",
    "normalise_relations",
    "adapter_place",
    "fact_columns",
    "fact_regularisation",
    "below_popularity",
    "epoch_facts",
)
Modality = Literal["structural", "visual", "textual"]

LARGE = 1_000_000  # training facts

# What version 0.1 called otherwise: settings, and values of settings.
FORMER_NAMES = {"landmarks": "nystroem_components", "corrupted": "corruption_scheme"}
FORMER_VALUES = {("negative_candidates", "relation"): "pseudo_typed"}


def todays_names(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with the names and values of this version; those of today go before former ones."""
    renamed = {FORMER_NAMES[name]: value for name, value in settings.items() if name in FORMER_NAMES}
    renamed |= {name: value for name, value in settings.items() if name not in FORMER_NAMES}
    return {
        name: FORMER_VALUES.get((name, value), value) if isinstance(value, str) else value
        for name, value in renamed.items()
    }


class TrainConfig(Settings):
    """Hyperparameters of VL-KGE; the defaults suit graphs whose new entities are known by text or picture alone."""

    scorer: str = Field("complex", description="how facts are scored: transe, distmult, complex or rotate")
    dimension: int = Field(200, gt=0, le=65_536, description="D; ComplEx and RotatE have D real and D imaginary parts")
    margin: float = Field(12.0, ge=0, le=10_000, description="gamma of TransE and RotatE")
    p_norm: Literal[1, 2] = Field(1, description="norm of TransE")
    normalise: bool = Field(True, description="TransE: entities and relations of unit length")
    normalise_relations: bool = Field(
        True, description="TransE: off, entities alone have unit length, as in the release of VL-KGE"
    )
    rotate_distance: Literal["modulus", "l2"] = Field(
        "modulus", description="RotatE: sum of moduli (its paper) or one L2 norm over all parts (the release of VL-KGE)"
    )

    modalities: tuple[Modality, ...] = Field(
        ("structural", "visual", "textual"), min_length=1, description="those that the graph lacks are left out"
    )
    fusion: Literal["average", "addition", "weighted", "concat"] = "average"
    missing_structure: Literal["absent", "zero"] = Field(
        "absent", description="an unseen entity's structural vector: left out of the fusion, or counted as zero"
    )
    imaginary: Literal["fused", "table", "inductive"] = Field(
        "fused",
        description="imaginary parts: fused like the real ones, or a free table for seen entities, or the paper's "
        "inductive setting. That has a table for seen entities with text (for all seen ones if the model reads no "
        "text). The others' are projected from the real part",
    )
    shared_projection: bool = Field(
        False, description="one projection for pictures and texts of equal dimension, even if it is the model's width"
    )
    unit_modalities: bool = Field(False, description="L2 norm of each modality before fusion")
    adapter: bool = Field(False, description="residual adapters on pictures and texts")
    adapter_place: Literal["features", "projected"] = Field(
        "features", description="adapters before the projection, or after it as in the release of VL-KGE"
    )
    adapter_width: int = Field(64, gt=0, le=65_536)
    fine_tune: bool = Field(False, description="train the vectors of pictures and texts too, as tables")
    nystroem_components: dict[Literal["visual", "textual"], PositiveInt] = Field(
        {},
        description='{"textual": 1500}: texts are described by their similarity to 1,500 of them (Nyström) before '
        "they are projected; modalities that are not named by their vectors",
    )
    experts: tuple[str, ...] = Field(
        ("structure", "similarity", "popularity", "facts", "features", "facts_and_features"),
        description="what scores beside the fused vectors: a model of structure alone, cosines of frozen features, "
        "popularity, the facts beside the question, regressions on features and on both. Not by default: `paths`, "
        "closed paths of facts. Validation facts fit their weights",
    )
    fact_columns: int = Field(
        8000,
        gt=0,
        le=200_000,
        description="facts that experts learn from, the most frequent ones; memory of `facts` grows with the square",
    )
    fact_regularisation: float = Field(4.0, gt=0, le=1_000_000, description="lambda of `facts`")

    dropout: float = Field(0.3, ge=0, lt=1, description="elementwise, on the fused vector")
    structural_dropout: float = Field(
        0.5,
        ge=0,
        lt=1,
        description="maximum share of structure to hide; it is hidden twice as often as its label's entities lack it",
    )

    loss: Literal["sampled_softmax", "one_vs_all", "k_vs_all", "logistic", "self_adversarial"] = "sampled_softmax"
    negatives: int = Field(
        1000, gt=0, le=10_000_000, description="a fact, or shared by a batch; unused by one_vs_all and k_vs_all"
    )
    negative_sampling: Literal["shared", "independent"] = Field(
        "shared", description="draw negatives once a batch, or for every fact"
    )
    negative_candidates: Literal["all", "pseudo_typed"] = Field(
        "all", description="independent negatives come from all entities, or from the relation's own ends in training"
    )
    negative_filter: Literal["none", "train", "every_split"] = Field(
        "train",
        description="facts that are never negatives. every_split is the paper's: facts of all splits and their "
        "inverses, which leaks validation and test",
    )
    corruption_scheme: Literal["both", "tail"] = Field("both", description="ends of a fact to corrupt in training")
    rejected_weight: float = Field(
        1.0,
        ge=0,
        le=1000,
        description="weight of the logistic loss of a rejected link, beside any loss: 1 counts about as much as a "
        "training fact, 0 ignores it",
    )
    adversarial_temperature: float = Field(1.0, gt=0, le=1000)
    reciprocal: bool = Field(True, description="head queries have relation vectors of their own")
    relation_vectors: Literal["free", "text", "projected"] = Field(
        "free",
        description="relations' vectors start at random, or from their names as the graph's text encoder reads them "
        "(text), or are trained projections of these throughout (projected)",
    )
    n3: float = Field(0.0, ge=0, le=1000, description="weight of the cubes of ComplEx and DistMult factors")

    optimizer: Literal["adagrad", "adam"] = "adagrad"
    learning_rate: float = Field(0.1, gt=0, le=100)
    batch_size: int = Field(
        512, gt=0, le=100_000_000, description="training facts a step; with one_vs_all and k_vs_all an average"
    )
    epochs: int = Field(10, gt=0, le=1_000_000)
    epoch_facts: int | None = Field(
        None, gt=0, description="maximum training facts between two validations, an epoch then; null: all of them"
    )
    patience: int | None = Field(
        3,
        gt=0,
        le=1_000_000,
        description="epochs without a better validation MRR before stopping; null: all epochs, the last weights",
    )
    validation_facts: int = Field(3000, gt=0, le=1_000_000_000, description="maximum facts ranked after each epoch")
    seed: int = Field(42, ge=-(2**63), le=2**63 - 1)

    below_popularity: Literal["refuse", "keep"] = Field(
        "refuse", description="what becomes of a model that finds validation facts worse than popularity does"
    )

    @model_validator(mode="before")
    @classmethod
    def _by_todays_names(cls, given: Any) -> Any:
        return todays_names(given) if isinstance(given, dict) else given

    @field_validator("scorer", "experts")
    @classmethod
    def _is_known(cls, named: Any, info: ValidationInfo) -> Any:
        # imported late: the command line reads settings without torch
        from models.experts.ensemble import EXPERTS
        from models.scoring.scorers import SCORERS

        known = SCORERS if info.field_name == "scorer" else EXPERTS
        if unknown := sorted({named} - set(known) if isinstance(named, str) else set(named) - set(known)):
            raise ValueError(f"there is no {', '.join(unknown)}; there are {', '.join(known)}")
        return named

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if len(set(self.modalities)) < len(self.modalities):
            raise ValueError(f"modalities are given twice: {list(self.modalities)}")
        if len(set(self.experts)) < len(self.experts):
            raise ValueError(f"experts are given twice: {list(self.experts)}")
        if self.negative_candidates == "pseudo_typed" and self.negative_sampling == "shared":
            raise ValueError("negative_candidates='pseudo_typed' needs negative_sampling='independent'")
        if self.n3 and self.scorer not in ("distmult", "complex"):
            raise ValueError(f"n3 regularises the factors of distmult and complex, not of {self.scorer}")
        if self.nystroem_components and self.fine_tune:
            raise ValueError("nystroem_components are of frozen vectors: fine_tune has to be false")
        return self

    @model_serializer(mode="wrap")
    def _without_later_defaults(self, as_it_stands: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What came later goes unsaid: models are named by what is said here, and older ones did not say it."""
        said: dict[str, Any] = as_it_stands(self)
        for name in LATER:
            if name in said and said[name] == type(self).model_fields[name].default:
                del said[name]
        return said

    def for_size(self, facts: int) -> "TrainConfig":
        """These settings, but for those that nobody chose, as a graph of so many training facts can be trained.

        A step's work is facts times negatives. Beyond LARGE facts steps are fewer and larger, all facts are gone
        through fewer times, at least once, and an epoch has LARGE of them at most: what is interrupted loses no more.
        """
        if facts <= LARGE:
            return self
        turns = max(1, round(type(self).model_fields["epochs"].default * LARGE / facts))
        suited: dict[str, int] = {"batch_size": 2048, "negatives": 256}
        if "epochs" not in self.model_fields_set:  # else they are of all facts, as whoever chose them meant
            size = self.epoch_facts or LARGE
            suited |= {"epoch_facts": size, "epochs": turns * -(-facts // size)}
        return type(self).model_validate({**suited, **self.model_dump(exclude_unset=True)})

    @property
    def updates_rows(self) -> bool:
        """Whether a step touches only the rows of tables that its batch names."""
        return self.optimizer == "adagrad" and not self.scores_every_entity

    @property
    def scores_every_entity(self) -> bool:
        """Whether each query of training is matched with all entities."""
        return self.loss in ("one_vs_all", "k_vs_all")
