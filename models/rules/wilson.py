"""How sure a rule is, by its counts alone."""

import numpy as np

from models.rules.facts import Integers, Numbers

Z = 1.645  # one side of 95 % of a normal distribution


def lower_bound(support: Integers, of: Integers) -> Numbers:
    """What a share is at least, with 95 % confidence: the lower end of Wilson's interval (1927); 0 of nothing is 0."""
    n = np.maximum(of, 1).astype(float)
    share = support / n
    centre = share + Z * Z / (2 * n)
    spread = Z * np.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    bound: Numbers = np.maximum((centre - spread) / (1 + Z * Z / n), 0.0)
    return np.where(of > 0, bound, 0.0)
