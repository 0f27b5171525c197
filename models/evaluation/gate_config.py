"""What the gate asks of a challenger."""

from pydantic import Field

from base.settings import Settings


class GateConfig(Settings):
    """What a challenger must not fall short of; MRR and calibration errors are shares between 0 and 1."""

    margin: float | None = Field(
        None,
        ge=0,
        le=1,
        description="overall: how much lower the MRR of an equal challenger may be; null: the smallest difference that "
        "today's gate facts show, at least 0.01",
    )
    budget: float | None = Field(
        None,
        ge=0,
        le=1,
        description="the MRR that may be lost to the best former champion, over all nights; null: twice the margin",
    )
    former_champions: int = Field(3, ge=0, le=100, description="former champions that rank today's gate facts too")
    relation_margin: float = Field(
        0.05,
        ge=0,
        le=1,
        description="for a relation: refused if its MRR is worse by more than this, and by more than chance",
    )
    relation_facts: int = Field(50, gt=0, description="relations with fewer gate facts are pooled")
    calibration_error: float = Field(
        0.1,
        ge=0,
        le=1,
        description="largest expected calibration error beyond chance, unless the champion's is larger",
    )
    level: float = Field(0.95, gt=0, lt=1, description="of the intervals")
    draws: int = Field(2000, gt=0, le=1_000_000, description="of the bootstrap")
    seed: int = 0
