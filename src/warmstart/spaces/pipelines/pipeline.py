"""A configuration of the tabular space as a scikit-learn pipeline, legal for given data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from warmstart.domain import Schema
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.pipelines.empty_columns import EmptyColumnsFilled
from warmstart.spaces.pipelines.learners import LEARNERS, Learner
from warmstart.tables.typed import only_numbers
from warmstart.tables.typed_columns import TypedColumns, string_names

_TEXT_FEATURES = 64
_DATE_PARTS = 5
_MICROSECONDS_A_DAY = 86_400e6
_MAX_ONE_HOT = 30
"""Most columns one categorical column may become; rarer levels share one."""


def learner_of(values: Mapping[str, Any]) -> Learner:
    """The learner a configuration names.

    Raises
    ------
    SpaceMismatchError
        If it names none, or one the tabular space does not have.
    """
    name = values.get("learner")
    if name not in LEARNERS:
        raise SpaceMismatchError(
            f"learner must be one of {sorted(LEARNERS)}, got {name!r} in {dict(values)}"
        )
    return LEARNERS[str(name)]


def why_illegal(values: Mapping[str, Any], schema: Schema) -> str | None:
    """Why a configuration cannot be fitted on such data, or None when it can.

    Two thirds of the rows must do, so that a three-fold cross-validation works too.
    """
    learner = learner_of(values)
    if not learner.supports(schema.task_type):
        return f"{learner.name} does not learn {schema.task_type} tasks"
    if not learner.installed:
        return f"{learner.name} is not installed"
    prefix = f"{learner.name}:"
    own = {k.removeprefix(prefix): v for k, v in values.items() if k.startswith(prefix)}
    return learner.why_illegal(own, schema, _most_features(values, schema))


def _most_features(values: Mapping[str, Any], schema: Schema) -> int:
    """Features the model may see at most, after encoding."""
    of_categorical = 1
    if values.get("encoding") == "one_hot":
        of_categorical = min(_MAX_ONE_HOT, schema.max_categories + 1)  # missing is a level
    elif values.get("encoding") == "target" and schema.task_type == "multiclass":
        # One mean a class; none has fewer rows than the rarest.
        of_categorical = schema.n_rows // max(schema.min_class_count or 1, 1)
    return (
        len(schema.names("numeric", "boolean"))
        + _DATE_PARTS * len(schema.names("date"))
        + _TEXT_FEATURES * len(schema.names("text"))
        + of_categorical * len(schema.names("categorical"))
    )


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
        preprocess = _preprocessor(values, learner, schema)
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


def _preprocessor(values: Mapping[str, Any], learner: Learner, schema: Schema) -> Any:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    from warmstart.spaces.pipelines.fill import FillMissing

    # The first step makes an array of its own: what follows may work where it stands.
    scale = [_scaler(values["scaling"], schema)] if learner.scaled else []
    fill = [] if learner.takes_missing else [FillMissing(values["imputation"], copy=False)]
    if learner.refuses_empty:
        fill = [EmptyColumnsFilled()]
    numeric = [*fill, *scale] or ["passthrough"]
    if only_numbers(schema.columns):
        return numeric[0] if len(numeric) == 1 else make_pipeline(*numeric)
    from sklearn.compose import ColumnTransformer

    names = string_names(schema.columns)
    branches = [
        ("numeric", numeric, schema.names("numeric", "boolean")),
        ("date", [FunctionTransformer(date_parts), *fill, *scale], schema.names("date")),
        (
            "categorical",
            [*_encoder(values["encoding"], schema), *scale],
            schema.names("categorical"),
        ),
        ("text", [FunctionTransformer(hashed_text)], schema.names("text")),
    ]
    return ColumnTransformer(
        [
            (
                name,
                steps[0] if len(steps) == 1 else make_pipeline(*steps),
                [names[column] for column in columns],
            )
            for name, steps, columns in branches
            if columns
        ],
        sparse_threshold=0.0,
        verbose_feature_names_out=False,
    )


def _scaler(name: str, schema: Schema) -> Any:
    from sklearn.preprocessing import QuantileTransformer, RobustScaler, StandardScaler

    if name == "standard":
        return StandardScaler(copy=False)
    if name == "robust":
        return RobustScaler(quantile_range=(5.0, 95.0), copy=False)
    if name == "quantile":
        # More quantiles than training rows would warn at every fit.
        n_quantiles = max(2, min(200, schema.n_rows // 2))
        return QuantileTransformer(
            n_quantiles=n_quantiles, output_distribution="normal", copy=False, random_state=0
        )
    raise SpaceMismatchError(f"scaling must be standard, robust or quantile, got {name!r}")


def _encoder(name: str, schema: Schema) -> list[Any]:
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

    fill = SimpleImputer(
        strategy="constant",
        fill_value="(missing)",
        missing_values=None,
        keep_empty_features=True,
    )
    if name == "one_hot":
        encoder = OneHotEncoder(
            max_categories=_MAX_ONE_HOT,
            handle_unknown="infrequent_if_exist",
            sparse_output=False,
        )
        return [fill, encoder]
    # Out-of-fold target means need two rows of every class; below that, order the levels.
    smallest = schema.n_rows if schema.task_type == "regression" else schema.min_class_count
    n_folds = min(3, (smallest or 0) // 2)
    if name == "target" and n_folds >= 2:
        target_type = "continuous" if schema.task_type == "regression" else schema.task_type
        return [fill, TargetEncoder(target_type=target_type, **_seeded_folds(n_folds, schema))]
    if name in ("ordinal", "target"):
        return [fill, OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)]
    raise SpaceMismatchError(f"encoding must be one_hot, ordinal or target, got {name!r}")


def _seeded_folds(n_folds: int, schema: Schema) -> dict[str, Any]:
    """TargetEncoder's folds: a splitter from scikit-learn 1.9 on, a seed before."""
    import sklearn
    from sklearn.model_selection import KFold, StratifiedKFold

    if tuple(int(part) for part in sklearn.__version__.split(".")[:2]) < (1, 9):
        return {"cv": n_folds, "random_state": 0}
    folds = KFold if schema.task_type == "regression" else StratifiedKFold
    return {"cv": folds(n_folds, shuffle=True, random_state=0)}


def date_parts(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Days since 1970, month, day of month, weekday and hour of every date column.

    Returns
    -------
    ndarray, shape (n_rows, 5 * n_columns)
        NaN where the date is missing.
    """
    parts = []
    for name in frame.columns:
        # Nanoseconds hold the years 1677 to 2262 alone.
        dates = pd.DatetimeIndex(pd.to_datetime(frame[name], utc=True)).as_unit("us")
        days = np.where(dates.isna(), np.nan, dates.asi8 / _MICROSECONDS_A_DAY)
        parts += [days, dates.month, dates.day, dates.day_of_week, dates.hour]
    return np.column_stack([np.asarray(part, dtype="float64") for part in parts])


def hashed_text(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Hashed word counts of every text column, each row of unit length.

    Returns
    -------
    ndarray, shape (n_rows, 64 * n_columns)
    """
    from sklearn.feature_extraction.text import HashingVectorizer

    vectorizer = HashingVectorizer(n_features=_TEXT_FEATURES)
    blocks = [
        vectorizer.transform(frame[name].fillna("").astype(str)).toarray()
        for name in frame.columns
    ]
    return np.hstack(blocks)
