import itertools

import numpy as np
import pytest

from warmstart.errors import ArgumentError, NotFittedError
from warmstart.models.costs.operator_table import CostTable

TRUE = {"a": {"skip": 0.0, "conv": 3.0, "pool": 1.0}, "b": {"skip": 0.0, "conv": 5.0}}


def cells():
    return [dict(zip(TRUE, both, strict=True)) for both in itertools.product(*TRUE.values())]


def cost(cell):
    return 2.0 + sum(TRUE[place][word] for place, word in cell.items())


def test_additive_costs_are_found_from_some_cells():
    some = cells()[:-1]
    table = CostTable().fit(some, [cost(cell) for cell in some])
    assert table.predict(cells()) == pytest.approx([cost(cell) for cell in cells()], abs=1e-4)


def test_noise_is_averaged():
    rng = np.random.default_rng(0)
    many = [cells()[k] for k in rng.integers(6, size=600)]
    table = CostTable().fit(many, [cost(cell) + rng.normal() for cell in many])
    assert table.predict(cells()) == pytest.approx([cost(cell) for cell in cells()], abs=0.3)


def test_the_error_of_the_table_is_told():
    rng = np.random.default_rng(0)
    cells = [{f"edge {p}": str(rng.integers(3)) for p in range(3)} for _ in range(400)]
    table = CostTable().fit(cells, 1.0 + rng.normal(0, 0.2, len(cells)))
    assert table.spread_ == pytest.approx(0.2, rel=0.15)


def test_pairs_learn_what_choices_take_together():
    rng = np.random.default_rng(0)
    many = [cells()[k] for k in rng.integers(6, size=600)]

    def fused(cell):
        return cost(cell) - 2.0 * (cell == {"a": "conv", "b": "conv"})

    table = CostTable(pairs=True).fit(many, [fused(cell) for cell in many])
    assert table.predict(cells()) == pytest.approx([fused(cell) for cell in cells()], abs=0.05)
    alone = CostTable().fit(many, [fused(cell) for cell in many])
    assert max(abs(alone.predict(cells()) - [fused(cell) for cell in cells()])) > 0.3


def test_two_choices_never_measured_together_add_up():
    some = [cell for cell in cells() if cell != {"a": "conv", "b": "conv"}] * 50
    table = CostTable(pairs=True).fit(some, [cost(cell) for cell in some])
    assert table.predict([{"a": "conv", "b": "conv"}])[0] == pytest.approx(10.0, abs=0.1)


def test_a_place_left_out_is_none():
    table = CostTable().fit([{"a": "x"}, {}], [3.0, 1.0])
    assert table.predict([{}, {"a": "x"}]) == pytest.approx([1.0, 3.0], abs=1e-4)


def test_bad_input():
    with pytest.raises(NotFittedError, match="fit the cost table"):
        CostTable().predict([{}])
    with pytest.raises(ArgumentError, match="cost 1 is nan"):
        CostTable().fit([{}, {}], [1.0, np.nan])
    with pytest.raises(ArgumentError, match="at least one"):
        CostTable().fit([], [])
    table = CostTable().fit(cells(), [cost(cell) for cell in cells()])
    with pytest.raises(ArgumentError, match="a=sep was never measured"):
        table.predict([{"a": "sep", "b": "skip"}])
    with pytest.raises(ArgumentError, match=r"knows no \['c'\]"):
        table.predict([{"a": "skip", "b": "skip", "c": "x"}])
