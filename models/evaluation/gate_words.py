"""What the gate found, in words."""

from models.calibration.calibration_error import CalibrationError
from models.evaluation.gate_config import GateConfig
from models.evaluation.loss_budget import Difference, Loss
from models.evaluation.verdict import Verdict

Errors = tuple[CalibrationError | None, CalibrationError | None]
DONE = {
    "better": "passed",
    "equal": "passed, as it knows the newer facts",
    "cannot tell": "passed while the budget holds, as it knows the newer facts",
    "worse": "refused",
}


def reasons(verdict: Verdict, calibration: Errors, calibrated: bool, config: GateConfig) -> list[str]:
    """One sentence each on all relations, what the facts can show, the budget, refused relations and calibration."""
    assert verdict.overall is not None
    assert verdict.loss is not None
    return [
        f"all relations: {verdict.kind}, {DONE[str(verdict.kind)]}; "
        + _figures(verdict.overall, config.level, f"margin {verdict.margin:.3g}"),
        _visible(verdict, config),
        _budget(verdict.loss),
        *(f"{name}, a former champion, was not compared: {why}" for name, why in verdict.loss.missing.items()),
        *(
            f"{name}: refused; {_figures(part, config.level, f'allowed margin {config.relation_margin:g}')}"
            for name, part in verdict.relations.items()
            if not part.passed
        ),
        *_calibration(*calibration, calibrated, config),
    ]


def _figures(part: Difference, level: float, margin: str) -> str:
    return (
        f"MRR {part.challenger:.3f}, champion {part.champion:.3f}, difference {part.difference:+.3f} "
        f"({100 * level:g} % interval {part.low:+.3f} to {part.high:+.3f}, {part.facts:,} facts; {margin})"
    )


def _visible(verdict: Verdict, config: GateConfig) -> str:
    assert verdict.visible is not None
    told = f"these gate facts show a difference of {verdict.visible:.3f} nine times in ten, smaller ones less often"
    if config.margin is None:
        return f"{told}; the margin is set by it"
    if config.margin < verdict.visible:
        return f"{told}; gate.margin is {config.margin:g}, a margin of {verdict.visible:.3f} is proposed"
    return told


def _budget(loss: Loss) -> str:
    against = f"{loss.best}, the best former champion" if loss.best else "the best champion so far"
    how = "passed" if loss.passed else "refused"
    told = "" if loss.tenable <= loss.budget else f"; these gate facts can hold no budget below {loss.tenable:.3f}"
    return (
        f"budget: {how}; {loss.spent:.3f} of MRR is lost against {against}, at most {loss.at_most:.3f} "
        f"(allowed over all nights {loss.budget:.3f}{told})"
    )


def _calibration(
    champion: CalibrationError | None, challenger: CalibrationError | None, passed: bool, config: GateConfig
) -> list[str]:
    if challenger is None:
        return []
    how = "passed" if passed else "refused"
    beside = "" if champion is None else f", champion {champion.error:.3f}"
    return [
        f"calibration: {how}; expected calibration error {challenger.error:.3f} on {challenger.links:,} links, of "
        f"which chance explains {challenger.chance:.3f}{beside} (allowed {config.calibration_error:g}, or the "
        "champion's)"
    ]
