"""What the gate asks of a challenger."""

from pydantic import BaseModel, ConfigDict, Field


class GateConfig(BaseModel):
    """What a challenger must not fall short of; MRR and calibration errors are shares between 0 and 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    margin: float = Field(
        0.01, ge=0, description="overall: the lower end of the interval of the MRR's difference is at least minus this"
    )
    relation_margin: float = Field(
        0.05, ge=0, description="a relation: refused where its MRR is worse by more, and by more than chance"
    )
    relation_facts: int = Field(50, gt=0, description="a relation with fewer gate facts is judged with the other small")
    calibration_error: float = Field(
        0.1, ge=0, le=1, description="largest expected calibration error, unless the champion's is larger still"
    )
    level: float = Field(0.95, gt=0, lt=1, description="of the intervals")
    draws: int = Field(2000, gt=0, description="of the bootstrap")
    seed: int = 0
