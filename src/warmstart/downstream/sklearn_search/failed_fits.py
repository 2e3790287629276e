"""Candidates of a scikit-learn search whose fits failed: found, and kept in the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def failed_candidates(
    results: Mapping[str, Any], metric: str, error_score: Any
) -> npt.NDArray[np.bool_]:
    """Which rows of ``cv_results_`` have no score: NaN, or `error_score` in every fold.

    Examples
    --------
    >>> results = {"mean_test_score": np.array([0.5, np.nan, 0.0]),
    ...            "split0_test_score": np.array([0.0, 1.0, 0.0]),
    ...            "split1_test_score": np.array([1.0, np.nan, 0.0])}
    >>> failed_candidates(results, "score", 0.0).tolist()
    [False, True, True]
    """
    folds = np.stack(
        [
            np.asarray(column)
            for name, column in results.items()
            if name.startswith("split") and name.endswith(f"_test_{metric}")
        ]
    )
    failed = ~np.isfinite(np.asarray(results[f"mean_test_{metric}"], dtype=float))
    if not isinstance(error_score, str):
        failed |= (folds == float(error_score)).all(axis=0)
    return np.asarray(failed)


def append_failures(
    results: dict[str, Any], failed: Sequence[Mapping[str, Any]], error_score: Any
) -> None:
    """Add candidates all of whose fits failed, ranked last, as ``GridSearchCV`` does.

    Parameters
    ----------
    results : dict
        ``cv_results_``; changed.
    failed : sequence of mapping
        Parameters of each.
    error_score : float
        What a failed fit counts.
    """
    if not failed:
        return
    n_before, n = len(results["params"]), len(failed)
    for name in dict.fromkeys(f"param_{key}" for params in failed for key in params):
        if name not in results:
            results[name] = np.ma.MaskedArray(np.empty(n_before, dtype=object), mask=True)
    joined: Any
    for name, column in results.items():
        if name == "params":
            continue
        if name.startswith("param_"):
            more = np.ma.MaskedArray(np.empty(n, dtype=object), mask=True)
            for row, params in enumerate(failed):
                if (key := name.removeprefix("param_")) in params:
                    more[row] = params[key]
            joined = np.ma.concatenate([column.astype(object), more])  # type: ignore[no-untyped-call]
        elif name.startswith("rank_"):
            joined = np.concatenate([column, np.full(n, n_before + 1, dtype=column.dtype)])
        else:
            spread_or_time = name.startswith("std_") or name.endswith("_time")
            joined = np.concatenate(
                [column, np.full(n, np.nan if spread_or_time else error_score)]
            )
        results[name] = joined
    results["params"] = [*results["params"], *map(dict, failed)]
