"""An answer as a frame."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from warmstart.recommend.answer.suggestion import Suggestion


def frame_of(items: Sequence[Suggestion], *, measured: bool) -> pd.DataFrame:
    """One row a suggestion: predictions first, then one column a hyperparameter.

    Parameters
    ----------
    items : sequence of Suggestion
        Best first.
    measured : bool
        Whether columns tell what a look measured.

    Returns
    -------
    DataFrame, shape (n_suggestions, n_columns)
        Indexed by rank, 1 the best.
    """
    rows = [
        {
            "configuration_id": s.configuration_id,
            "learner": s.learner,
            "score": s.score,
            "score_std": s.score_std,
            "score_low": s.score_low,
            "score_high": s.score_high,
            "regret": s.regret,
            "p_best": s.p_best,
            "cost_s": s.cost_s,
            **s.costs,
            **(s.measurement if measured else {}),
            **{k: v for k, v in s.configuration.items() if k != "learner"},
        }
        for s in items
    ]
    frame = pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="rank"))
    for name in dict.fromkeys(key for s in items for key in s.configuration):
        cells = [s.configuration.get(name) for s in items]
        # A gap would turn them into floats, and 100 trees into 100.0.
        if name in frame and None in cells and {type(c) for c in cells} == {int, type(None)}:
            frame[name] = pd.array(cells, dtype="Int64")
    return frame
