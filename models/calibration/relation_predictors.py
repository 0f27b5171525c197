"""What a relation's training facts tell of how hard its answers are to find, before any list is judged.

Three numbers a relation. The log of its coverage: by Good (1953, https://doi.org/10.1093/biomet/40.3-4.237) the tail of
a further fact is one that training knows with probability 1 − (tails with one fact) / facts. The entropy of its tails,
as the log of how many equally frequent ones it is worth: the share of a link is one among ten, and the more tails there
are, the more often the answer is none of the ten. And how much smaller it is than relations usually are: what was
learned from few facts is learned by heart, so that its lists look surer than they are.
"""

import numpy as np
import torch
from torch import Tensor

from models.calibration.curves import Numbers

PREDICTORS = 3
# Of the effects on log odds: a prior mean and spread each. Whose answer is unknown to training is hardly ever found, so
# that odds fall about as coverage does; what entropy does is left to the data. The smallest relations have no judged
# lists to tell what smallness does, so that its prior says it: about what made graphs of 10 to 300 facts showed.
MEAN, SPREAD = (1.0, 0.0, 0.5), (0.5, 0.5, 0.25)
USUAL_TAILS = 10.0  # the number at which entropy adds nothing
USUAL_FACTS = 300.0  # from which on size adds nothing


def relation_predictors(training: Tensor, num_relations: int) -> Numbers:
    """The predictors [R, PREDICTORS] of all relations from training facts [n, 3]; zeros for those without facts."""
    found = np.zeros((num_relations, PREDICTORS))
    for row in torch.unique(training[:, 1]).tolist():
        counts = torch.unique(training[training[:, 1] == row][:, 2], return_counts=True)[1].double().numpy()
        facts, once = counts.sum(), (counts == 1).sum()
        share = counts / facts
        found[row] = (
            np.log((facts - once + 0.5) / (facts + 1)),
            -(share * np.log(share)).sum() - np.log(USUAL_TAILS),
            np.log(min(facts / USUAL_FACTS, 1)),
        )
    return found
