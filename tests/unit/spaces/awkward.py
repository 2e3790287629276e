"""A table with everything that makes pipelines fail, and targets of every type."""

import numpy as np
import pandas as pd

WORDS = np.array(["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog"])


def awkward_table(n_rows=60, seed=0):
    """Gaps, infinities, rare levels, mixed types, dates, text, constants, pandas' own types."""
    rng = np.random.default_rng(seed)
    gaps = rng.random(n_rows) < 0.4
    return pd.DataFrame(
        {
            "number": rng.normal(size=n_rows),
            "gaps": np.where(gaps, np.nan, 1e6 * rng.normal(size=n_rows)),
            "infinite": np.where(
                rng.random(n_rows) < 0.1, np.inf, rng.exponential(size=n_rows)
            ),
            "level": rng.choice(["a", "b", None, "ccc"], n_rows),
            "many levels": [f"level {i % 23}" for i in range(n_rows)],
            "flag": rng.random(n_rows) < 0.3,
            "date": pd.date_range("2020-01-01", periods=n_rows, freq="37h").astype(str),
            "text": [" ".join(rng.choice(WORDS, 9)) for _ in range(n_rows)],
            "constant": 1,
            "all missing": np.nan,
            "category": pd.Categorical(rng.choice(["u", "v"], n_rows), ["u", "v", "unused"]),
            "nullable": pd.array(rng.choice([1, 2, None], n_rows), dtype="Int64"),
        }
    )


def awkward_target(task_type, n_rows=60, seed=0):
    """A target of one type, its classes of unequal size."""
    rng = np.random.default_rng(seed)
    if task_type == "regression":
        return 100 * rng.normal(size=n_rows)
    labels = ["no", "yes"] if task_type == "binary" else ["red", "green", "blue"]
    return np.array(labels)[
        rng.permutation(np.arange(n_rows) % (len(labels) + 1) % len(labels))
    ]
