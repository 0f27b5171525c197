"""What the gate asks of a challenger."""

from pydantic import BaseModel, ConfigDict, Field


class GateConfig(BaseModel):
    """What a challenger must not fall short of; MRR and calibration errors are shares between 0 and 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    margin: float = Field(
        0.01,
        ge=0,
        description="overall: refused if the lower end of the interval of the difference in MRR is below minus this",
    )
    relation_margin: float = Field(
        0.05, ge=0, description="for a relation: refused if its MRR is worse by more than this, and by more than chance"
    )
    relation_facts: int = Field(50, gt=0, description="relations with fewer gate facts are pooled")
    calibration_error: float = Field(
        0.1, ge=0, le=1, description="largest expected calibration error, unless the champion's is larger still"
    )
    level: float = Field(0.95, gt=0, lt=1, description="of the intervals")
    draws: int = Field(2000, gt=0, description="of the bootstrap")
    seed: int = 0
