"""Does every suggested pipeline fit the data that it was suggested for?

    python benchmarks/suggest_then_fit.py [--rows 90] [--n 10] [--cases WORD …] [--search]

For each of sixty varied targets and tables (:mod:`benchmarks.varied_tables`): suggest, then
`fit`, `predict` and, where there is one, `predict_proba` of every suggestion on the same raw
data, and on two thirds of the rows with the last third predicted. A failure is an error, a
warning, a prediction that is not finite or no class, or fewer predictions than rows.
``--search`` also runs ``WarmStartSearchCV`` of two candidates on each.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

# The cases are in the package beside this file, shared with the tests.
sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.varied_tables import Case, every_case

import warmstart
from warmstart.knowledge.base import open_knowledge
from warmstart.recommend.recommender import Recommender
from warmstart.tables.frames import as_frame, n_rows_of, take_rows
from warmstart.tables.targets import as_series


def failures_of(
    case: Case, *, n: int, knowledge: Recommender | None = None, search: bool = False
) -> tuple[int, list[str]]:
    """How many steps were taken on one case, and what went wrong in words.

    Parameters
    ----------
    case : Case
    n : int
        How many suggestions.
    knowledge : Recommender, optional
    search : bool
        Whether to run a short ``WarmStartSearchCV`` too.
    """
    steps: list[tuple[str, Callable[[], None]]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = warmstart.suggest(case.X, case.y, n=n, knowledge=knowledge, **case.options)
        except Exception as error:  # noqa: BLE001 - counted, whatever it is
            return 1, [f"suggest: {type(error).__name__}: {error}"]
        regression = found.task_type == "regression"
        for suggestion in found:
            for share in (1.0, 2 / 3):
                steps.append(
                    (
                        f"{suggestion.learner}, {share:.0%} of the rows",
                        lambda s=suggestion, share=share: _fit_and_predict(  # type: ignore[misc]
                            s.estimator(), case, share, regression=regression
                        ),
                    )
                )
        if search:
            steps.append(("WarmStartSearchCV", lambda: _search(case, knowledge)))
        wrong = []
        for name, step in steps:
            try:
                step()
            except Exception as error:  # noqa: BLE001 - counted, whatever it is
                wrong.append(f"{name}: {type(error).__name__}: {error}")
    return 1 + len(steps), wrong


def _fit_and_predict(model: Any, case: Case, share: float, *, regression: bool) -> None:
    n_rows = n_rows_of(case.X)
    first = np.arange(int(share * n_rows))
    y = case.y
    if len(first) < n_rows:
        y = as_series(y).iloc[first]
    model.fit(take_rows(case.X, first), y)
    predicted = np.asarray(model.predict(case.X))
    assert len(predicted) == n_rows, f"{len(predicted)} predictions for {n_rows} rows"
    if regression:
        assert np.isfinite(predicted.astype(float)).all(), "a prediction is not finite"
        return
    known = {str(label) for label in as_series(case.y).dropna().map(_shown)}
    strange = {str(label) for label in predicted.tolist()} - known
    assert not strange, f"predicts {strange}, which are no classes"
    if hasattr(model, "predict_proba"):
        shares = model.predict_proba(case.X)
        assert shares.shape == (n_rows, len(model.classes_)), f"shape {shares.shape}"
        assert np.isfinite(shares).all(), "a probability is not finite"
        assert np.allclose(shares.sum(axis=1), 1, atol=1e-3), "shares do not add up to one"


def _shown(label: Any) -> Any:
    return label.decode() if isinstance(label, bytes) else label


def _search(case: Case, knowledge: Recommender | None) -> None:
    search = warmstart.WarmStartSearchCV(n_iter=2, cv=3, knowledge=knowledge, random_state=0)
    with warnings.catch_warnings():
        # A class may have fewer members than there are folds.
        warnings.filterwarnings("ignore", message="The least populated class")
        warnings.filterwarnings("ignore", message="y_pred contains classes not in y_true")
        search.fit(case.X if not isinstance(case.X, list | dict) else as_frame(case.X), case.y)
    assert np.isfinite(search.best_score_), f"best score {search.best_score_}"
    assert len(search.predict(case.X)) == n_rows_of(case.X)


def main() -> None:
    """Print one line a case; fail where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=90)
    parser.add_argument("--n", type=int, default=10, help="suggestions a case")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cases", nargs="+", metavar="WORD", help="only those that hold one")
    parser.add_argument("--search", action="store_true", help="WarmStartSearchCV too")
    options = parser.parse_args()
    print(f"    {shlex.join(['python', *sys.argv])}\n\nwarmstart {warmstart.__version__}\n")
    knowledge = open_knowledge(None)
    n_steps = n_wrong = n_cases = 0
    started = time.process_time()
    for name, make in every_case(options.rows, options.seed).items():
        if options.cases and not any(word in name for word in options.cases):
            continue
        taken, wrong = failures_of(
            make(), n=options.n, knowledge=knowledge, search=options.search
        )
        n_cases, n_steps, n_wrong = n_cases + 1, n_steps + taken, n_wrong + len(wrong)
        print(f"{name:52} {taken:3} steps, {len(wrong)} failed", flush=True)
        for line in wrong:
            print(f"    {line[:400]}")
    seconds = time.process_time() - started
    print(f"\n{n_cases} cases, {n_steps} steps, {n_wrong} failed; {seconds:.0f} s of CPU")
    sys.exit(bool(n_wrong))


if __name__ == "__main__":
    main()
