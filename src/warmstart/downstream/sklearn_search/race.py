"""The end of a search: its best few on other folds, and which of all is kept."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warmstart.downstream.sklearn_search.failed_fits import failed_candidates
from warmstart.recommend.look.belief import LookBelief
from warmstart.recommend.look.measuring.noise import Folds, average_scores

if TYPE_CHECKING:
    from warmstart.recommend.search import Search

Array = np.ndarray[Any, np.dtype[np.float64]]

_SHARE = 3
"""At most one finalist for so many candidates: the race costs less than a third more."""


def other_folds(cv: Any, *, classes: bool, n_splits: int, seed: int) -> Any:
    """A splitter like `cv` whose folds are other ones; None where it always gives the same.

    Examples
    --------
    >>> other_folds(None, classes=True, n_splits=5, seed=0)
    StratifiedKFold(n_splits=5, random_state=0, shuffle=True)
    >>> from sklearn.model_selection import KFold, TimeSeriesSplit
    >>> other_folds(TimeSeriesSplit(5), classes=False, n_splits=5, seed=0)
    >>> other_folds(KFold(3, shuffle=True, random_state=4), classes=False, n_splits=3, seed=0)
    KFold(n_splits=3, random_state=0, shuffle=True)
    """
    from sklearn.model_selection import KFold, StratifiedKFold

    if cv is None or isinstance(cv, int):
        kind = StratifiedKFold if classes else KFold
        return kind(n_splits, shuffle=True, random_state=seed)
    if not hasattr(cv, "random_state") or not getattr(cv, "shuffle", True):
        return None
    other = copy.copy(cv)
    other.random_state = seed
    return other


def each_row_once(folds: Any) -> bool:
    """Whether a splitter scores every row in one of its folds.

    Examples
    --------
    >>> from sklearn.model_selection import KFold, ShuffleSplit
    >>> each_row_once(KFold(3)), each_row_once(ShuffleSplit(3))
    (True, False)
    """
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    return isinstance(folds, KFold | StratifiedKFold | GroupKFold | StratifiedGroupKFold)


class SearchRace:
    """Fits the best few candidates to other folds and says which of all to keep.

    Parameters
    ----------
    search : Search
        Told every score; its places are those of `places`.
    places : sequence of int
        In the search's pool, of each row of the results.
    metric : str
        Name of the scores in the results.
    error_score : float or "raise"
    """

    def __init__(
        self, search: Search, places: Sequence[int], metric: str, error_score: Any
    ) -> None:
        self._places, self._metric, self._error_score = list(places), metric, error_score
        engine = search.engine
        self._belief = LookBelief(engine.belief.before(engine.pool.points), engine.belief.scale)
        self._lowest, ideal = search.score_range
        self._ideal = ideal * engine.belief.scale
        self.n_before = len(places)
        self._kept: int | None = None

    def run(
        self,
        results: Mapping[str, Any],
        n_finalists: int,
        evaluate: Callable[[list[dict[str, Any]]], Mapping[str, Any]],
        n_scored: int,
        *,
        same_rows: bool = True,
    ) -> None:
        """Choose finalists, fit them to other folds, and choose again by all folds.

        Parameters
        ----------
        results : mapping
            ``cv_results_`` so far.
        n_finalists : int
        evaluate : callable
            Cross-validates parameters on the other folds; gives all results.
        n_scored : int
            Rows that one fold is scored on.
        same_rows : bool
            Whether every division scores each row once, see :func:`each_row_once`.
        """
        self._same_rows = same_rows
        scores = self._scores(results)
        self._n_each = scores.shape[1]
        failed = failed_candidates(results, self._metric, self._error_score)
        n = min(n_finalists, int((~failed).sum()) // _SHARE)
        if n < 2:
            return
        self._learn(scores, failed, n_scored)
        order = [row for row in np.argsort(self._means()) if not failed[row]]
        finalists = order[:n]
        after = evaluate([results["params"][row] for row in finalists])
        again = self._scores(after)[self.n_before :]
        bad = failed_candidates(after, self._metric, self._error_score)[self.n_before :]
        more = np.full_like(scores, np.nan)
        more[finalists] = np.where(bad[:, None], np.nan, again)
        failed[np.asarray(finalists)[bad]] = True
        self._learn(np.hstack([scores, more]), failed, n_scored)
        # Who was not good enough for the race is not kept by the luck of fewer folds.
        left = [row for row in finalists if not failed[row]]
        means = self._means()
        self._kept = min(left, key=lambda row: means[row]) if left else None

    @property
    def kept(self) -> int | None:
        """Row of the candidate to keep; None where there was no race."""
        return self._kept

    def _learn(self, scores: Array, failed: npt.NDArray[np.bool_], n_scored: int) -> None:
        rows = np.flatnonzero(~failed)
        known, n = scores[rows], scores.shape[1]
        found = average_scores(
            known,
            Folds(
                weights=[1.0] * n,
                divisions=[k // self._n_each for k in range(n)] if self._same_rows else None,
                n_each=self._n_each,
            ),
            ideal=self._ideal,
            lowest=self._lowest,
            n_scored=n_scored,
        )
        self._belief.learn([self._places[row] for row in rows], found, ())

    def _means(self) -> Array:
        return self._belief.means[self._places]

    def _scores(self, results: Mapping[str, Any]) -> Array:
        """Scores of every fold, shape (n_candidates, n_splits)."""
        ends = f"_test_{self._metric}"
        names = [k for k in results if k.startswith("split") and k.endswith(ends)]
        return np.column_stack([np.asarray(results[k], dtype=float) for k in names])


def take_out(results: dict[str, Any], n: int) -> dict[str, Any]:
    """Take the rows from `n` on out of ``cv_results_``; gives them, without ranks.

    Parameters
    ----------
    results : dict
        Changed: the first `n` rows stay, ranked among each other.
    """
    from scipy.stats import rankdata

    gone = {name: column[n:] for name, column in results.items()}
    for name, column in results.items():
        results[name] = column[:n]
    for name in [name for name in results if name.startswith("rank_test_")]:
        del gone[name]
        means = np.asarray(results[name.replace("rank_", "mean_", 1)], dtype=float)
        worst = np.nan_to_num(means, nan=np.nanmin(means) - 1 if len(means) else 0.0)
        results[name] = rankdata(-worst, method="min").astype(np.int32)
    return gone
