"""The learners of the tabular space: a record says its space, estimator, limits and cost.

Light on purpose: ranges are plain values, so that suggesting needs no ConfigSpace. A new
learner is a record in one of these files, listed here, and a name of
:data:`warmstart.domain.LearnerName`.
"""

from __future__ import annotations

from warmstart.spaces.pipelines.learners import (
    bayes,
    boosted,
    distances,
    linear,
    network,
    trees,
)
from warmstart.spaces.pipelines.learners.record import Learner as Learner

SPACE = "tabular"
"""Name of the configuration space whose learners these are."""

LEARNERS: dict[str, Learner] = {
    learner.name: learner
    for learner in (
        boosted.LIGHTGBM,
        boosted.XGBOOST,
        boosted.CATBOOST,
        boosted.HIST_GRADIENT_BOOSTING,
        trees.RANDOM_FOREST,
        trees.EXTRA_TREES,
        trees.DECISION_TREE,
        trees.ADABOOST,
        linear.LOGISTIC_REGRESSION,
        linear.RIDGE,
        linear.ELASTIC_NET,
        linear.LINEAR_SVM,
        distances.RBF_SVM,
        distances.NEAREST_NEIGHBORS,
        network.MLP,
        network.CONV_NET,
        bayes.NAIVE_BAYES,
        bayes.LDA,
        bayes.QDA,
    )
}
