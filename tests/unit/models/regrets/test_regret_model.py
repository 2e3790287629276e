"""Error and regret are fitted together, and each as it would be alone."""

from dataclasses import replace

import numpy as np
import pytest

from warmstart.models.pmf.pmf import PMF
from warmstart.models.regrets.regret_model import fit_with_choice
from warmstart.testing.performance_model import make_table

pytestmark = pytest.mark.usefixtures("small_forests")


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_is_what_two_fits_are_where_nothing_is_described(missing):
    table = make_table(described=False)
    scores = table.scores.copy()
    scores[np.random.default_rng(0).random(scores.shape) < missing] = np.nan
    table = replace(table, scores=scores)
    error = PMF()
    regret = fit_with_choice(error, table)
    alone = PMF(offset=regret.offset, spreads=regret.spreads).fit(
        replace(table, scores=-table.regret(), metric=None)
    )
    for together, one in ((error, PMF().fit(table)), (regret, alone)):
        found, expected = together.to_arrays(), one.to_arrays()
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            np.testing.assert_array_equal(found[name], value, err_msg=name)


def test_only_the_trees_know_of_each_other():
    table = make_table()
    error = PMF()
    regret = fit_with_choice(error, table)
    alone = PMF().fit(table)
    for name in ("mean", "scales", "grid", "points", "inverse", "kernel_scale"):
        np.testing.assert_array_equal(error.to_arrays()[name], alone.to_arrays()[name])
    assert error.prior_.described.forest is regret.prior_.described.forest
    assert error.prior_.described.ridge is not regret.prior_.described.ridge


def test_leaves_the_table_alone():
    table = make_table()
    before = table.scores.copy()
    fit_with_choice(PMF(), table)
    np.testing.assert_array_equal(table.scores, before)


def test_takes_the_settings_of_the_other():
    error = PMF(n_components=2, use_metafeatures=False)
    regret = fit_with_choice(error, make_table())
    assert (regret.n_components, regret.use_metafeatures) == (2, False)
    assert regret.spreads == (1.0,)
    assert regret.prior_.described is None
