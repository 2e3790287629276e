"""Neural networks: of scikit-learn, and a small one of torch for images."""

from __future__ import annotations

from typing import Any

from warmstart.domain import Schema
from warmstart.spaces.pipelines.fitting import Values, can_hold_out, weighted
from warmstart.spaces.pipelines.learners import ranges
from warmstart.spaces.pipelines.learners.ranges import (
    choice,
    real,
    whole,
)
from warmstart.spaces.pipelines.learners.record import Design, Learner


def _mlp_values(values: Values, schema: Schema, random_state: int) -> dict[str, Any]:
    return {
        "hidden_layer_sizes": (values["width"],) * values["n_layers"],
        "activation": values["activation"],
        "alpha": values["alpha"],
        "learning_rate_init": values["learning_rate_init"],
        "max_iter": values["max_iter"],
        "early_stopping": bool(values.get("early_stopping")) and can_hold_out(schema),
        "random_state": random_state,
    }


def mlp_classifier(values: Values, schema: Schema, random_state: int) -> Any:
    from warmstart.spaces.pipelines.labels import LabelEncodedClassifier
    from warmstart.spaces.pipelines.networks import NetworkClassifier

    network = NetworkClassifier(**_mlp_values(values, schema, random_state))
    model = weighted(network, values)
    # scikit-learn 1.7, the last for Python 3.10, cannot stop early on labels that are words.
    words = network.early_stopping and model is network
    return LabelEncodedClassifier(network) if words else model


def mlp_regressor(values: Values, schema: Schema, random_state: int) -> Any:
    from warmstart.spaces.pipelines.networks import NetworkRegressor

    return NetworkRegressor(**_mlp_values(values, schema, random_state))


MLP = Learner(
    name="mlp",
    images=True,
    ranges=lambda classify: [
        whole("width", 8, 256, 100),
        whole("n_layers", 1, 3, 1, log=False),
        choice("activation", "relu", "tanh"),
        real("alpha", 1e-6, 10.0, 1e-4),
        real("learning_rate_init", 3e-4, 3e-2, 1e-3),
        whole("max_iter", 20, 300, 200),
        choice("early_stopping", False, True),
        *ranges.class_weight(classify),
    ],
    classifier=mlp_classifier,
    regressor=mlp_regressor,
    classes=("sklearn.neural_network", "MLP"),
    design=Design(turn=6, classification=48, regression=52),
    scaled=True,
    scales_target=True,
    fixed_share=0.1,
)


def conv_net_classifier(values: Values, schema: Schema, random_state: int) -> Any:  # noqa: ARG001
    from warmstart.spaces.pipelines.images.conv_net import ConvNetClassifier

    return ConvNetClassifier(**values, random_state=random_state)


CONV_NET = Learner(
    name="conv_net",
    images=True,
    tables=False,
    ranges=lambda _: [
        whole("width", 4, 64, 16),
        whole("n_layers", 1, 3, 2, log=False),
        real("learning_rate", 3e-4, 3e-2, 3e-3),
        real("weight_decay", 1e-6, 0.1, 1e-4),
        whole("n_epochs", 5, 40, 15),
    ],
    classifier=conv_net_classifier,
    package="torch",
    extra="torch",
    classes=("warmstart.spaces.pipelines.images", "ConvNet"),
    design=Design(turn=18, classification=24),
    takes_missing=True,
    fixed_share=0.1,
)
