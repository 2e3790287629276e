"""The same quantity elsewhere: names in auto-sklearn, OpenML and pymfe, and how they differ.

A name that ends in ``*`` stands for its summaries: Mean, SD, Min, Q1, Median, Q3 and Max here,
``mean``, ``sd``, ``min``, ``max``, ``median`` and ``quantiles`` in pymfe.
"""

from __future__ import annotations

from warmstart.metafeatures.elsewhere.counterpart import Counterpart, How
from warmstart.metafeatures.elsewhere.pymfe import FOLDS, of_pymfe
from warmstart.metafeatures.landmarks.landmarkers import LEARNERS

_QUALITIES_EQUAL = {
    "NumberOfInstances": "NumberOfInstances", "NumberOfClasses": "NumberOfClasses",
    "NumberOfMissingValues": "NumberOfMissingValues",
    "NumberOfInstancesWithMissingValues": "NumberOfInstancesWithMissingValues",
    "NumberOfNumericFeatures": "NumberOfNumericFeatures", "ClassEntropy": "ClassEntropy",
    "MajorityClassSize": "MajorityClassSize", "MinorityClassSize": "MinorityClassSize",
    "AutoCorrelation": "ShareOfClassRepeats", "DefaultAccuracy": "DefaultAccuracy",
}  # fmt: skip

_QUALITIES_IN_PERCENT = {
    "PercentageOfInstancesWithMissingValues": "PercentageOfInstancesWithMissingValues",
    "MajorityClassPercentage": "ClassProbabilityMax",
    "MinorityClassPercentage": "ClassProbabilityMin",
}

_TARGET = "OpenML counts the target among the columns, by the age of the server"
_QUALITIES_WITH_TARGET = {
    "NumberOfFeatures": "NumberOfFeatures", "Dimensionality": "DatasetRatio",
    "NumberOfSymbolicFeatures": "NumberOfCategoricalFeatures",
    "NumberOfBinaryFeatures": "NumberOfBinaryFeatures",
    "PercentageOfMissingValues": "PercentageOfMissingValues",
    "PercentageOfNumericFeatures": "ShareOfNumericFeatures",
    "PercentageOfSymbolicFeatures": "ShareOfCategoricalFeatures",
    "PercentageOfBinaryFeatures": "ShareOfBinaryFeatures",
    "MaxNominalAttDistinctValues": "SymbolsMax", "MinNominalAttDistinctValues": "SymbolsMin",
    "MeanNominalAttDistinctValues": "SymbolsMean", "StdvNominalAttDistinctValues": "SymbolsSTD",
    "MinCardinalityOfNominalAttributes": "NominalCardinalityMin",
    "MaxCardinalityOfNominalAttributes": "NominalCardinalityMax",
    "MeanCardinalityOfNominalAttributes": "NominalCardinalityMean",
    "StdevCardinalityOfNominalAttributes": "NominalCardinalitySD",
    "MinCardinalityOfNumericAttributes": "NumericCardinalityMin",
    "MaxCardinalityOfNumericAttributes": "NumericCardinalityMax",
    "MeanCardinalityOfNumericAttributes": "NumericCardinalityMean",
    "StdevCardinalityOfNumericAttributes": "NumericCardinalitySD",
}  # fmt: skip

_OF_COLUMNS = {
    "MeansOfNumericAtts": "ColumnMean", "StdDevOfNumericAtts": "ColumnSD",
    "SkewnessOfNumericAtts": "SkewnessType2", "KurtosisOfNumericAtts": "KurtosisType2",
    "AttributeEntropy": "NominalEntropy", "MutualInformation": "NominalInformation",
}  # fmt: skip
_SUMMARIES = {
    "Min": "Min", "Max": "Max", "Mean": "Mean", "Quartile1": "Q1", "Quartile2": "Median",
    "Quartile3": "Q3",
}  # fmt: skip

_WEKA = {
    "DecisionStump": "Stump", "kNN1N": "Neighbour", "NaiveBayes": "NaiveBayes",
    "J48.00001.": "PrunedTree02", "J48.0001.": "PrunedTree005", "J48.001.": "PrunedTree001",
    "REPTreeDepth1": "TreeDepth1", "REPTreeDepth2": "TreeDepth2", "REPTreeDepth3": "TreeDepth3",
    "RandomTreeDepth1": "RandomTreeDepth1", "RandomTreeDepth2": "RandomTreeDepth2",
    "RandomTreeDepth3": "RandomTreeDepth3",
}  # fmt: skip
_MEASURES = {"ErrRate": "ErrorRate", "Kappa": "Kappa", "AUC": "AUC"}
_CFS = ("CfsSubsetEval_NaiveBayes", "CfsSubsetEval_kNN1N", "CfsSubsetEval_DecisionStump")

_AUTO_SKLEARN = {
    "NumberOfInstances", "LogNumberOfInstances", "NumberOfClasses", "NumberOfFeatures",
    "LogNumberOfFeatures", "NumberOfInstancesWithMissingValues",
    "PercentageOfInstancesWithMissingValues", "NumberOfFeaturesWithMissingValues",
    "PercentageOfFeaturesWithMissingValues", "NumberOfMissingValues",
    "PercentageOfMissingValues", "NumberOfNumericFeatures", "NumberOfCategoricalFeatures",
    "RatioNumericalToNominal", "RatioNominalToNumerical", "DatasetRatio", "LogDatasetRatio",
    "InverseDatasetRatio", "LogInverseDatasetRatio", "ClassProbabilityMin",
    "ClassProbabilityMax", "ClassProbabilityMean", "ClassProbabilitySTD", "SymbolsMin",
    "SymbolsMax", "SymbolsMean", "SymbolsSTD", "SymbolsSum", "KurtosisMin", "KurtosisMax",
    "KurtosisMean", "KurtosisSTD", "SkewnessMin", "SkewnessMax", "SkewnessMean", "SkewnessSTD",
    "ClassEntropy", "PCAFractionOfComponentsFor95PercentVariance", "PCAKurtosisFirstPC",
    "PCASkewnessFirstPC", "LandmarkLDA", "LandmarkNaiveBayes", "LandmarkDecisionTree",
    "LandmarkDecisionNodeLearner", "LandmarkRandomNodeLearner", "Landmark1NN",
}  # fmt: skip


def _openml() -> list[Counterpart]:
    def one(theirs: str, ours: str, how: How, note: str = "") -> Counterpart:
        return Counterpart(system="openml", theirs=theirs, ours=ours, how=how, note=note)

    found = [one(theirs, ours, "equal") for theirs, ours in _QUALITIES_EQUAL.items()]
    found += [
        one(
            theirs,
            ours,
            "unit",
            "percent there (the least class by the age of the server), a share here",
        )
        for theirs, ours in _QUALITIES_IN_PERCENT.items()
    ]
    found += [
        one(theirs, ours, "differs", _TARGET) for theirs, ours in _QUALITIES_WITH_TARGET.items()
    ]
    quartiles = "quartiles at (n + 1) / 4 there, interpolated linearly here"
    filled = "missing cells are the most frequent value there, a value of their own here"
    for what, prefix in _OF_COLUMNS.items():
        for theirs, ours in _SUMMARIES.items():
            of_quartiles = theirs[-1] in "123"
            notes = [quartiles if of_quartiles else "", filled if "Nominal" in prefix else ""]
            found.append(
                one(
                    f"{theirs}{what}",
                    f"{prefix}{ours}",
                    "differs" if of_quartiles else "equal",
                    "; ".join(filter(None, notes)),
                )
            )
    nominal = "of categorical columns alone there, of all here"
    found += [
        one("EquivalentNumberOfAtts", "EquivalentNumberOfColumns", "differs", nominal),
        one("MeanNoiseToSignalRatio", "NoiseToSignalRatio", "differs", nominal),
    ]
    odd = "recorded replies have 128216 for a dataset of 768 rows: no count of columns"
    found += [one(f"CardinalityAt{n}", "", "none", odd) for n in ("Two", "Three", "Four")]
    found += [
        one(f"{weka}{theirs}", f"Landmark{ours}{measure}", "differs",
            f"Weka's there, scikit-learn's {LEARNERS[ours][1]} here; {FOLDS.split(';')[0]}")
        for weka, ours in _WEKA.items()
        for theirs, measure in _MEASURES.items()
    ]  # fmt: skip
    note = "columns chosen by Weka's CfsSubsetEval first, which is not done here"
    return found + [
        one(f"{cfs}{theirs}", "", "none", note) for cfs in _CFS for theirs in _MEASURES
    ]


def _auto_sklearn() -> list[Counterpart]:
    notes = {
        name: "five folds of at most 1,500 rows here, ten of all there"
        for name in _AUTO_SKLEARN
        if name.startswith("Landmark")
    }
    notes["PCASkewnessFirstPC"] = "of either sign there, as the component falls; here positive"
    return [
        Counterpart(system="auto-sklearn", theirs=name, ours=name,
                    how="differs" if name in notes else "equal", note=notes.get(name, ""))
        for name in sorted(_AUTO_SKLEARN)
    ]  # fmt: skip


COUNTERPARTS: tuple[Counterpart, ...] = (*_auto_sklearn(), *_openml(), *of_pymfe())
"""Every meta-feature of the three systems."""
