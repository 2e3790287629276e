"""A configuration of the tabular space as a scikit-learn pipeline, legal for given data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warmstart.domain import Schema
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.pipelines.legality import learner_of
from warmstart.spaces.pipelines.preprocessing import preprocessor_of
from warmstart.tables.typed import only_numbers
from warmstart.tables.typed_columns import TypedColumns


def build_estimator(values: Mapping[str, Any], schema: Schema, *, random_state: int = 0) -> Any:
    """Make the unfitted pipeline of one configuration for data of one schema.

    Parameters
    ----------
    values : mapping
        Active hyperparameters of the tabular space, with ``"learner"`` among them.
    schema : Schema
        Columns and their kinds; the pipeline reads any frame or array of that shape.
    random_state : int
        Seed of every random part.

    Returns
    -------
    TargetPipeline
        A ``sklearn.pipeline.Pipeline`` that reads raw data: missing values, strings, dates
        and unseen levels included, and a target as it is.

    Raises
    ------
    SpaceMismatchError
        If the configuration is not of the tabular space, or not legal for the data.
    MissingExtraError
        If the learner's library is not installed.

    Examples
    --------
    >>> import pandas as pd
    >>> from warmstart.domain import Column
    >>> schema = Schema(columns=(Column("age", "numeric"), Column("job", "categorical")),
    ...                 task_type="binary", n_rows=4, min_class_count=2)
    >>> values = {"learner": "naive_bayes", "naive_bayes:var_smoothing": 1e-9,
    ...           "imputation": "median", "encoding": "one_hot", "scaling": "standard",
    ...           "reduction": "none"}
    >>> X = pd.DataFrame({"age": [20, 30, None, 50], "job": ["a", None, "b", "a"]})
    >>> build_estimator(values, schema).fit(X, ["no", "no", "yes", "yes"]).predict(X).shape
    (4,)
    """
    # Suggesting needs none of this; sklearn.pipeline takes a while to load.
    from warmstart.spaces.pipelines.target_pipeline import TargetPipeline

    learner = learner_of(values)
    prefix = f"{learner.name}:"
    own = {k.removeprefix(prefix): v for k, v in values.items() if k.startswith(prefix)}
    try:
        model = learner.build(own, schema, random_state)
        preprocess = preprocessor_of(values, learner, schema)
    except KeyError as missing:
        raise SpaceMismatchError(
            f"hyperparameter {missing} is missing from {dict(values)}"
        ) from missing
    if learner.scales_target and schema.task_type == "regression":
        from sklearn.compose import TransformedTargetRegressor
        from sklearn.preprocessing import StandardScaler

        model = TransformedTargetRegressor(
            model, transformer=StandardScaler(), check_inverse=False
        )
    pairs = [(column.name, column.kind) for column in schema.columns]
    columns = TypedColumns(pairs, as_array=only_numbers(schema.columns))
    steps = [("columns", columns), ("preprocess", preprocess)]
    if values.get("reduction") == "pca":
        from sklearn.decomposition import PCA

        steps.append(
            (
                "reduce",
                PCA(values["pca_variance"], svd_solver="full", random_state=random_state),
            )
        )
    # Whatever scikit-learn is configured to: frames would need names that learners accept.
    pipeline = TargetPipeline(
        [*steps, ("model", model)], task_type=schema.task_type, target_form=schema.target_form
    )
    return pipeline.set_output(transform="default")
