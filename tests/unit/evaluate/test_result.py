"""What a replay says of itself: means, errors, ranks, wins, paired differences, plots.

Also of: evaluate.folds, evaluate.plots.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import sem, ttest_rel

from warmstart.evaluate.folds import assign_folds
from warmstart.evaluate.plots import cliques, critical_difference
from warmstart.evaluate.result import Replay


@pytest.fixture
def result():
    rng = np.random.default_rng(0)
    frames, values = [], {}
    for method, level in (("good", 0.1), ("bad", 0.4)):
        curves = np.sort(level * rng.random((30, 6)), axis=1)[:, ::-1]
        values[method] = curves
        frames.append(
            pd.DataFrame(
                {
                    "method": method,
                    "task_id": np.repeat(np.arange(30), 6),
                    "t": np.tile(np.arange(1, 7), 30),
                    "normalised_regret": curves.ravel(),
                    "raw_regret": curves.ravel() / 2,
                }
            )
        )
    timings = pd.DataFrame(
        {
            "method": ["good", "good", "bad"],
            "fold": [0, 1, 0],
            "n_train": 20,
            "fit_cpu_s": [1.0, 3.0, 0.5],
            "start_cpu_s": 0.01,
            "step_cpu_s": 0.001,
            "peak_mb": [200.0, 300.0, 100.0],
        }
    )
    settings = {
        "n_tasks": 30,
        "n_configurations": 6,
        "n_described": 0,
        "n_folds": 2,
        "mode": "sequential",
        "metric": None,
        "random_state": 0,
    }
    replay = Replay(
        regret=pd.concat(frames, ignore_index=True), timings=timings, settings=settings
    )
    return replay, values


def test_summary(result):
    replay, values = result
    summary = replay.summary((1, 6, 100))
    assert summary.index.tolist() == [("good", 1), ("good", 6), ("bad", 1), ("bad", 6)]
    for method, curves in values.items():
        row = summary.loc[(method, 6)]
        assert row["mean"] == pytest.approx(curves[:, 5].mean())
        assert row["standard_error"] == pytest.approx(sem(curves[:, 5]))
        other = values["bad" if method == "good" else "good"]
        assert row["wins"] == (curves[:, 5] < other[:, 5]).sum()
        assert row["average_rank"] == pytest.approx(1 + (curves[:, 5] > other[:, 5]).mean())
        assert row["n_tasks"] == 30


def test_paired(result):
    replay, values = result
    paired = replay.paired("good", (3,)).loc[("bad", 3)]
    expected = ttest_rel(values["bad"][:, 2], values["good"][:, 2])
    assert paired["z"] == pytest.approx(expected.statistic)
    assert paired["difference"] > 0


def test_curves_of_an_unknown_method(result):
    with pytest.raises(ValueError, match="'ugly' was not replayed"):
        result[0].curves("ugly")


def test_text(result):
    text = result[0].to_text((1, 6))
    assert "| good   |" in text
    assert "over 30 tasks (without meta-features), 2 folds" in text
    mean = 100 * result[1]["bad"][:, 0].mean()
    assert f"{mean:.2f} ± " in text
    assert result[0].cost().loc["good"].tolist() == [2.0, 0.01, 0.001, 300.0]


@pytest.mark.parametrize("kind", ["regret", "rank", "critical_difference"])
def test_plot(result, kind, tmp_path):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    ax = result[0].plot(kind)
    ax.figure.savefig(tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 5000
    plt.close("all")


def test_methods_are_told_apart_without_colour(result):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    lines = result[0].plot().get_lines()
    assert len({line.get_linestyle() for line in lines}) == len(lines) == 2
    plt.close("all")


def test_rank_curves_are_the_summary(result):
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    expected = result[0].summary(range(1, 7))["average_rank"].unstack("t")
    lines = result[0].plot("rank").get_lines()
    for line in lines:
        assert line.get_ydata() == pytest.approx(expected.loc[line.get_label()].to_numpy())
    plt.close("all")


def test_plot_of_another_kind(result):
    with pytest.raises(ValueError, match="'pie'"):
        result[0].plot("pie")


def test_critical_difference_is_demsars():
    """Demšar 2006, table 5(a): q for 2, 5 and 10 methods at 5 %."""
    for k, q in ((2, 1.960), (5, 2.728), (10, 3.164)):
        expected = q * np.sqrt(k * (k + 1) / (6 * 14))
        assert critical_difference(k, 14) == pytest.approx(expected, rel=1e-3)


@given(st.lists(st.floats(1, 9), min_size=1, max_size=8), st.floats(0.01, 3))
@settings(deadline=None)
def test_cliques_hold_no_larger_gap(ranks, distance):
    ordered = pd.Series(sorted(ranks))
    for first, last in cliques(ordered, distance):
        assert ordered[last] - ordered[first] <= distance * (1 + 1e-9)


class TestFolds:
    def test_without_families_position_in_the_permutation(self):
        permutation = np.random.default_rng(0).permutation(418)
        expected = np.empty(418, int)
        expected[permutation] = np.arange(418) % 5
        np.testing.assert_array_equal(assign_folds(np.arange(418), 5), expected)

    @given(st.lists(st.integers(0, 5), min_size=8, max_size=40), st.integers(0, 99))
    @settings(deadline=None)
    def test_families_are_never_split(self, families, seed):
        n_families = len(set(families))
        if n_families < 2:
            return
        folds = assign_folds(families, 2, random_state=seed)
        assert pd.Series(folds).groupby(families).nunique().max() == 1
        assert set(folds) == {0, 1}

    def test_sizes_are_even(self):
        folds = assign_folds(np.repeat(np.arange(50), 2), 5)
        assert np.bincount(folds).tolist() == [20] * 5
