"""The first fold first: who is far behind there is fitted to no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator, clone
from sklearn.utils import get_tags

if TYPE_CHECKING:
    from typing_extensions import Self

    from warmstart.execution.measure.read_off import RoundScores


class Board:
    """What fits of one process know of each other: who leads, and who was given up.

    Fits are counted: those of a candidate's folds follow each other. A copy in another
    process knows nothing, and gives up nobody.
    """

    def __init__(self) -> None:
        self.incumbent: RoundScores | None = None
        self._n_splits = 1
        self._open = False
        self._n_fits = 0
        self._behind = False
        self._scored = False

    def begin(self, n_splits: int, *, one_by_one: bool) -> None:
        """Fits of candidates follow, so many each.

        Parameters
        ----------
        n_splits : int
        one_by_one : bool
            Whether in this process, one after the other; else nobody is given up.
        """
        self._n_splits, self._open = n_splits, one_by_one

    def next(self) -> None:
        """Whole candidates follow."""
        self._n_fits = 0
        self._behind = self._scored = False

    def close(self) -> None:
        """Nobody is given up any more."""
        self._open = False

    def starts_fit(self) -> bool:
        """Whether the next fit is worth it."""
        if self._n_fits % self._n_splits == 0:
            self._behind = self._scored = False
        self._n_fits += 1
        return not (self._open and self._behind)

    def scored(self, best: float) -> None:
        """Learn the best score of a fold; only of the first is it asked."""
        if self._open and not self._scored and self.incumbent is not None:
            self._behind = self.incumbent.is_behind(best)
        self._scored = True


class Watched(BaseEstimator):  # type: ignore[misc]
    """An estimator that is not fitted where the board says it is not worth it."""

    def __init__(self, inner: Any, board: Board) -> None:
        self.inner, self.board = inner, board

    def __sklearn_clone__(self) -> Watched:
        return Watched(clone(self.inner), self.board)

    def __sklearn_tags__(self) -> Any:
        return get_tags(self.inner)

    def __getattr__(self, name: str) -> Any:
        if name in ("inner", "board") or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.inner, name)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Those of the estimator."""
        return dict(self.inner.get_params(deep))

    def set_params(self, **params: Any) -> Self:
        """Set them."""
        self.inner.set_params(**params)
        return self

    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Fit the estimator, or leave it."""
        self.is_given_up = not self.board.starts_fit()
        if not self.is_given_up:
            self.inner.fit(X, y, **params)
        return self
