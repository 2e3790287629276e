"""The cost model: recovers log-linear costs, and never gets cheaper as data grows."""

import numpy as np
import pandas as pd
import pytest

from warmstart.recommend.base.cost import CostModel

SIZES = ["NumberOfInstances", "NumberOfFeatures", "NumberOfClasses"]


def sizes(n_tasks=200, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "NumberOfInstances": np.exp(rng.uniform(4, 7.5, n_tasks)),
            "NumberOfFeatures": np.exp(rng.uniform(0.5, 4, n_tasks)),
            "NumberOfClasses": rng.integers(2, 8, n_tasks).astype(float),
        }
    )


SLOPES = {"fast": [0.3, 0.2, 0.0], "slow": [1.1, 0.8, 0.5]}
LEARNERS = ["fast", "fast", "slow", "slow", "slow"]
LEVELS = np.array([-6.0, -5.0, -7.0, -8.0, -9.0])


def true_costs(phi):
    slopes = np.array([SLOPES[learner] for learner in LEARNERS])
    return np.exp(LEVELS + np.log(phi[SIZES].to_numpy()) @ slopes.T)


def test_recovers_log_linear_costs():
    phi, new = sizes(), sizes(20, seed=1)
    model = CostModel.fit(true_costs(phi), phi, LEARNERS, max_rows=1e9)
    for (_, row), expected in zip(new.iterrows(), true_costs(new), strict=True):
        np.testing.assert_allclose(model.predict(row), expected, rtol=0.05)


def test_recovers_them_where_expensive_runs_are_missing():
    """Slow configurations were timed on small tables only, as under a time limit."""
    phi = sizes()
    costs = true_costs(phi)
    costs[costs > np.quantile(costs, 0.8)] = np.nan
    model = CostModel.fit(costs, phi, LEARNERS, max_rows=1e9)
    large = pd.Series(
        {"NumberOfInstances": 1500.0, "NumberOfFeatures": 50, "NumberOfClasses": 5}
    )
    expected = true_costs(large.to_frame().T)[0]
    np.testing.assert_allclose(model.predict(large), expected, rtol=0.2)


def test_tables_were_cut_and_folds_left_out():
    """Timed on two thirds of at most 2,000 rows, asked for all rows of 1,200."""
    phi = sizes()
    seen = phi.assign(NumberOfInstances=phi["NumberOfInstances"].clip(upper=2000) * 2 / 3)
    model = CostModel.fit(true_costs(seen), phi, LEARNERS, max_rows=2000, train_share=2 / 3)
    new = pd.Series({"NumberOfInstances": 1200.0, "NumberOfFeatures": 9, "NumberOfClasses": 3})
    np.testing.assert_allclose(model.predict(new), true_costs(new.to_frame().T)[0], rtol=0.05)


@pytest.mark.parametrize("learners", [LEARNERS, ["rbf_svm"] * 5])
@pytest.mark.parametrize("axis", SIZES)
def test_larger_data_never_costs_less(learners, axis):
    rng = np.random.default_rng(0)
    phi = sizes(12)
    noise = np.exp(rng.normal(size=(12, 5)))  # says nothing of size, or the contrary
    model = CostModel.fit(
        noise / phi[["NumberOfInstances"]].to_numpy(), phi, learners, max_rows=1500
    )
    base = pd.Series({"NumberOfInstances": 300.0, "NumberOfFeatures": 9, "NumberOfClasses": 3})
    seconds = np.array(
        [model.predict(base.where(base.index != axis, v)) for v in np.geomspace(2, 1e6, 40)]
    )
    assert (np.diff(seconds, axis=0) >= -1e-12).all()


def test_beyond_the_tables_timed_costs_grow_as_the_algorithm_does():
    phi = sizes(40)  # too few timings to say what rows do not add to
    names = ["rbf_svm", "naive_bayes", "lightgbm", "random_forest", "lightgbm"]
    model = CostModel.fit(true_costs(phi), phi, names, max_rows=2000)

    def at(n_rows):
        row = {"NumberOfInstances": n_rows, "NumberOfFeatures": 9.0, "NumberOfClasses": 2.0}
        return model.predict(pd.Series(row))

    far = at(2e8) / at(2e7)
    np.testing.assert_allclose(far, 10 ** np.array([2, 1.05, 1.05, 1.05, 1.05]), rtol=1e-3)
    np.testing.assert_allclose(at(2000.0), at(2000.001), rtol=1e-3)
    # What a booster does whatever the rows are is not done again for more of them.
    near = at(4000.0) / at(2000.0)
    assert near[0] == pytest.approx(4)
    assert near[2] < 1.4 < 1.8 < near[3] < 2.1


def test_what_rows_do_not_add_to_is_learnt_from_small_tables():
    """Ten milliseconds to prepare and a microsecond a row: told for a hundred times as many."""
    phi = sizes()
    rows = phi["NumberOfInstances"].to_numpy()[:, None]
    costs = (0.010 + 1e-6 * rows) * np.array([1.0, 1.2, 1.4, 1.6, 1.8])
    model = CostModel.fit(costs, phi, ["naive_bayes"] * 5, max_rows=2000)
    row = {"NumberOfInstances": 200_000.0, "NumberOfFeatures": 9.0, "NumberOfClasses": 2.0}
    ratio = model.predict(pd.Series(row)) / (0.21 * np.array([1.0, 1.2, 1.4, 1.6, 1.8]))
    assert ((ratio > 0.5) & (ratio < 2)).all()


def test_to_encode_categories_takes_its_time():
    phi = sizes().assign(NumberOfCategoricalFeatures=lambda t: np.arange(len(t)) % 3)
    costs = true_costs(phi)
    costs[phi["NumberOfCategoricalFeatures"] > 0, :2] *= 2
    model = CostModel.fit(costs, phi, LEARNERS, max_rows=1e9)
    new = sizes(1, seed=4).iloc[0]
    plain = model.predict(pd.concat([new, pd.Series({"NumberOfCategoricalFeatures": 0.0})]))
    encoded = model.predict(pd.concat([new, pd.Series({"NumberOfCategoricalFeatures": 5.0})]))
    np.testing.assert_allclose(encoded / plain, [2, 2, 1, 1, 1], rtol=0.05)


def test_a_configuration_never_timed_costs_what_its_learner_does():
    phi = sizes()
    costs = true_costs(phi)
    costs[:, 1] = np.nan
    model = CostModel.fit(costs, phi, LEARNERS, max_rows=1e9)
    predicted = model.predict(phi.iloc[0])
    assert predicted[1] == pytest.approx(predicted[0])


@pytest.mark.parametrize(
    "phi", [None, pd.Series({"other": 1.0}), pd.Series({"NumberOfInstances": np.nan})]
)
def test_a_dataset_of_unknown_size_is_average(phi):
    known = sizes()
    model = CostModel.fit(true_costs(known), known, LEARNERS, max_rows=1e9)
    average = np.exp(np.log(true_costs(known)).mean(axis=0))
    np.testing.assert_allclose(model.predict(phi), average, rtol=1e-6)


def test_known_tasks_of_unknown_size_do_not_bend_the_slopes():
    phi = sizes()
    costs = true_costs(phi)
    some = phi.copy()
    some.iloc[::4] = np.nan
    model = CostModel.fit(costs, some, LEARNERS, max_rows=1e9)
    new = sizes(1, seed=3).iloc[0]
    expected = true_costs(new.to_frame().T)[0]
    np.testing.assert_allclose(model.predict(new), expected, rtol=0.5)


@pytest.mark.parametrize("n_rows", [0.0, -5.0, np.nan])
def test_sizes_that_make_no_sense_give_numbers(n_rows):
    phi = sizes()
    model = CostModel.fit(true_costs(phi), phi, LEARNERS, max_rows=2000)
    row = pd.Series({"NumberOfInstances": n_rows, "NumberOfFeatures": 5.0})
    assert not np.isnan(model.predict(row)).any()


def test_without_metafeatures():
    costs = np.array([[1.0, 4.0], [4.0, 16.0]])
    model = CostModel.fit(costs, None, ["a", "b"], max_rows=2000)
    np.testing.assert_allclose(model.predict(None), [2.0, 8.0])
    np.testing.assert_allclose(model.predict(pd.Series({"NumberOfInstances": 9.0})), [2.0, 8.0])


def test_slower_machines_take_longer():
    phi = sizes()
    model = CostModel.fit(true_costs(phi), phi, LEARNERS, max_rows=2000)
    row = phi.iloc[0]
    np.testing.assert_allclose(model.predict(row, speed=3.0), 3 * model.predict(row))


@pytest.mark.parametrize("quantile", [0.5, 0.8, 0.95])
def test_so_many_fits_take_no_longer_than_a_quantile(quantile):
    rng = np.random.default_rng(0)
    phi, new = sizes(), sizes(400, seed=1)
    noisy = true_costs(phi) * np.exp(rng.normal(0, 0.5, (200, 5)))
    model = CostModel.fit(noisy, phi, LEARNERS, max_rows=1e9)
    told = np.array([model.predict(row, quantile=quantile) for _, row in new.iterrows()])
    measured = true_costs(new) * np.exp(rng.normal(0, 0.5, (400, 5)))
    assert (measured <= told).mean() == pytest.approx(quantile, abs=0.04)


def test_each_table_counts_with_the_rows_it_was_cut_to():
    """Half the tables were timed on at most 10,000 rows, half on 2,000."""
    phi = sizes()
    caps = np.where(np.arange(len(phi)) % 2, 10_000.0, 2_000.0)
    rows = np.minimum(phi["NumberOfInstances"], caps) * 2 / 3
    costs = true_costs(phi.assign(NumberOfInstances=rows))
    model = CostModel.fit(costs, phi, LEARNERS, max_rows=caps, train_share=2 / 3)
    assert model.max_rows == pytest.approx(10_000 * 2 / 3)
    new = pd.Series({"NumberOfInstances": 5000.0, "NumberOfFeatures": 9, "NumberOfClasses": 3})
    np.testing.assert_allclose(model.predict(new), true_costs(new.to_frame().T)[0], rtol=0.1)
