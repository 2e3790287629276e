"""What stands before the learner in a pipeline: missing values, encodings, scales, dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from warmstart.domain import Schema
from warmstart.errors import SpaceMismatchError
from warmstart.spaces.pipelines.fitting import MAX_ONE_HOT, TEXT_FEATURES
from warmstart.spaces.pipelines.learners import Learner
from warmstart.tables.typed import only_numbers
from warmstart.tables.typed_columns import string_names

_MICROSECONDS_A_DAY = 86_400e6


def preprocessor_of(values: Mapping[str, Any], learner: Learner, schema: Schema) -> Any:
    """The steps before a learner: an estimator that makes numbers of the schema's columns.

    Parameters
    ----------
    values : mapping
        ``imputation``, ``encoding``, ``scaling`` of a configuration.
    learner : Learner
        Whether it wants scaled inputs, and takes missing values.
    schema : Schema
    """
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    from warmstart.spaces.pipelines.fill import EmptyColumnsFilled, FillMissing

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
            max_categories=MAX_ONE_HOT,
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

    vectorizer = HashingVectorizer(n_features=TEXT_FEATURES)
    blocks = [
        vectorizer.transform(frame[name].fillna("").astype(str)).toarray()
        for name in frame.columns
    ]
    return np.hstack(blocks)
