"""An acquisition function: what is good and known well comes first."""

import numpy as np


def cautious(means, stds, weights, incumbent):
    """Worth of each configuration, shape (n_configs,): minus the mean, less half a deviation.

    The reverse of a confidence bound: what is not known well is not tried.
    """
    mean = weights @ means
    variance = weights @ (stds**2 + means**2) - mean**2
    return -mean - 0.5 * np.sqrt(np.maximum(variance, 0.0))
