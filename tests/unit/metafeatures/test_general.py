import math

import numpy as np
import pytest

from warmstart.metafeatures.extract import metafeatures_of
from warmstart.testing.tables import mixed_table, numeric_table, table


def general(given, **caps):
    return metafeatures_of(given, groups=["general"], **caps)


def test_counts_of_a_table_by_hand():
    values = general(
        table(
            {
                "n": ("numeric", [1.0, np.nan, 3.0, 4.0]),
                "c": ("categorical", ["x", "y", None, "z"]),
                "b": ("boolean", [1.0, 1.0, 0.0, 1.0]),
                "t": ("text", ["a", "b", "c", "d"]),
                "d": ("date", ["2020-01-01"] * 4),
                "k": ("constant", [1, 1, 1, 1]),
                "i": ("identifier", [1, 2, 3, 4]),
            },
            ["u", "u", "u", "v"],
        )
    )
    assert values.to_dict() == pytest.approx(
        {
            "NumberOfInstances": 4,
            "LogNumberOfInstances": math.log(4),
            "NumberOfFeatures": 5,
            "LogNumberOfFeatures": math.log(5),
            "NumberOfNumericFeatures": 2,
            "NumberOfCategoricalFeatures": 2,
            "NumberOfTextFeatures": 1,
            "NumberOfDateFeatures": 1,
            "RatioNumericalToNominal": 1,
            "RatioNominalToNumerical": 1,
            "DatasetRatio": 5 / 4,
            "LogDatasetRatio": math.log(5 / 4),
            "InverseDatasetRatio": 4 / 5,
            "LogInverseDatasetRatio": math.log(4 / 5),
            "NumberOfMissingValues": 2,
            "PercentageOfMissingValues": 2 / 20,
            "NumberOfInstancesWithMissingValues": 2,
            "PercentageOfInstancesWithMissingValues": 2 / 4,
            "NumberOfFeaturesWithMissingValues": 2,
            "PercentageOfFeaturesWithMissingValues": 2 / 5,
            "SymbolsMin": 2,
            "SymbolsMax": 3,
            "SymbolsMean": 2.5,
            "SymbolsSTD": 0.5,
            "SymbolsSum": 5,
            "NumberOfClasses": 2,
            "ClassProbabilityMin": 0.25,
            "ClassProbabilityMax": 0.75,
            "ClassProbabilityMean": 0.5,
            "ClassProbabilitySTD": 0.25,
        }
    )


def test_ratios_are_0_without_the_other_kind():
    values = general(numeric_table([[1.0], [2.0]], ["a", "b"]))
    assert values["RatioNumericalToNominal"] == 0
    assert values["RatioNominalToNumerical"] == 0
    assert values["SymbolsSum"] == 0


def test_counts_come_from_all_rows_and_shares_from_those_at_hand():
    given = table({"n": ("numeric", [1.0, np.nan, 3.0, 4.0])}, list("aabb"), n_rows=4_000)
    values = general(given)
    assert values["NumberOfInstances"] == 4_000
    assert values["NumberOfMissingValues"] == 1_000
    assert values["PercentageOfMissingValues"] == 0.25


def test_caps_do_not_touch_the_counts():
    given = mixed_table("multiclass")
    whole, capped = general(given), general(given, max_rows=20)
    assert whole.equals(capped)


def test_symbols_are_counted_in_all_rows():
    cells = [f"v{i}" for i in range(100)]
    given = table({"c": ("categorical", cells)}, list("ab" * 50))
    assert general(given, max_rows=10)["SymbolsMax"] == 100
