"""Soft-imputation: keeps what is known, recovers what has structure.

Also of: models.completion.sharing, models.completion.soft_impute.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmstart.models.completion import soft_impute as filling
from warmstart.models.completion.soft_impute import soft_impute, truncated_svd


def low_rank(n_tasks=60, n_configs=30, rank=2, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_tasks, rank)) @ rng.normal(size=(rank, n_configs))


@given(st.integers(1, 8), st.integers(1, 8), st.integers(0, 2**32 - 1), st.floats(0, 0.95))
@settings(max_examples=60, deadline=None)
def test_known_entries_are_unchanged_and_the_rest_is_filled(n_tasks, n_configs, seed, share):
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(n_tasks, n_configs))
    table[rng.random(table.shape) < share] = np.nan
    known = np.isfinite(table)
    before = table.copy()
    completed = soft_impute(table)
    np.testing.assert_array_equal(completed[known], table[known])
    assert np.isfinite(completed).all()
    np.testing.assert_array_equal(table, before)


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_recovers_most_of_a_table_of_low_rank(share):
    whole = low_rank()
    holes = np.random.default_rng(1).random(whole.shape) < share
    completed = soft_impute(np.where(holes, np.nan, whole))
    left = ((completed - whole)[holes] ** 2).mean() / (whole[holes] ** 2).mean()
    assert left < 0.35


def test_a_full_table_is_copied():
    whole = low_rank()
    completed = soft_impute(whole)
    np.testing.assert_array_equal(completed, whole)
    assert completed is not whole


def test_a_column_never_seen_is_average():
    table = low_rank()
    table[:, 3] = np.nan
    assert np.abs(soft_impute(table)[:, 3]).max() < 0.5 * np.abs(table[:, 4]).max()


@pytest.mark.parametrize("shape", [(9, 40), (40, 9), (7, 7), (1, 5)])
def test_truncated_svd_is_the_leading_part(shape):
    table = np.random.default_rng(0).standard_normal(shape)
    n_kept = min(3, *shape)
    u, s, vt = truncated_svd(table, n_kept)
    full_u, full_s, full_vt = np.linalg.svd(table, full_matrices=False)
    np.testing.assert_allclose(s, full_s[:n_kept], rtol=1e-9)
    expected = (full_u[:, :n_kept] * full_s[:n_kept]) @ full_vt[:n_kept]
    np.testing.assert_allclose((u * s) @ vt, expected, atol=1e-9)
    np.testing.assert_allclose(u.T @ u, np.eye(n_kept), atol=1e-9)
    np.testing.assert_allclose(vt @ vt.T, np.eye(n_kept), atol=1e-9)


def test_truncated_svd_of_what_has_less_rank():
    table = np.outer(np.arange(1.0, 6.0), np.ones(8))
    u, s, vt = truncated_svd(table, 3)
    np.testing.assert_allclose((u * s) @ vt, table, atol=1e-7)
    assert not vt[1:].any()


def test_wide_tables_are_filled_alike(monkeypatch):
    table = low_rank()
    known = table.copy()
    known[np.random.default_rng(1).random(table.shape) < 0.3] = np.nan
    exact = soft_impute(known)
    monkeypatch.setattr(filling, "WIDE", 10)
    single = soft_impute(known)
    assert single.dtype == np.float64
    seen = np.isfinite(known)
    np.testing.assert_array_equal(single[seen], table[seen])
    np.testing.assert_allclose(single, exact, atol=1e-3)
    given = known.astype(np.float32)
    in_place = soft_impute(given, overwrite=True)
    assert in_place is given
    np.testing.assert_allclose(in_place, exact, atol=1e-3)


def test_wide_tables_of_noise_are_filled_nearly_alike(monkeypatch):
    """Singular values that hardly differ are the worst case of following the vectors."""
    rng = np.random.default_rng(3)
    table = rng.normal(size=(50, 400)) + low_rank(50, 400)
    table[rng.random(table.shape) < 0.3] = np.nan
    exact = soft_impute(table)
    monkeypatch.setattr(filling, "WIDE", 10)
    found = soft_impute(table)
    off = np.sqrt(((found - exact) ** 2).mean() / (exact[np.isnan(table)] ** 2).mean())
    assert off < 0.02
