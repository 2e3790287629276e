"""The same quantity elsewhere: names in auto-sklearn, OpenML and pymfe, and how they differ.

A name that ends in ``*`` stands for its summaries: Mean, SD, Min, Q1, Median, Q3 and Max here,
``mean``, ``sd``, ``min``, ``max``, ``median`` and ``quantiles`` in pymfe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from warmstart.metafeatures.groups.landmarkers import LEARNERS

How = Literal["equal", "unit", "differs", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterpart:
    """One meta-feature of another system."""

    system: Literal["auto-sklearn", "openml", "pymfe"]
    theirs: str
    ours: str
    """Empty where there is none."""

    how: How
    """"equal" in definition and unit; in another "unit"; or "differs" as the note says."""

    note: str = ""


_PYMFE_EQUAL = {
    "attr_to_inst": "DatasetRatio", "inst_to_attr": "InverseDatasetRatio",
    "cat_to_num": "RatioNominalToNumerical", "num_to_cat": "RatioNumericalToNominal",
    "nr_attr": "NumberOfFeatures", "nr_bin": "NumberOfBinaryFeatures",
    "nr_cat": "NumberOfCategoricalFeatures", "nr_num": "NumberOfNumericFeatures",
    "nr_class": "NumberOfClasses", "nr_inst": "NumberOfInstances", "freq_class": "ClassShare*",
    "mean": "ColumnMean*", "var": "ColumnVariance*", "sd": "ColumnSD*",
    "median": "ColumnMedian*", "min": "ColumnMin*", "max": "ColumnMax*",
    "range": "ColumnRange*", "iq_range": "ColumnInterquartileRange*", "mad": "ColumnMAD*",
    "t_mean": "ColumnTrimmedMean*", "g_mean": "ColumnGeometricMean*",
    "h_mean": "ColumnHarmonicMean*", "skewness": "SkewnessType3*", "kurtosis": "KurtosisType3*",
    "sparsity": "ColumnSparsity*", "nr_outliers": "NumberOfColumnsWithOutliers",
    "nr_norm": "NumberOfNormalColumns", "cor": "AbsoluteCorrelation*",
    "cov": "AbsoluteCovariance*", "eigenvalues": "CovarianceEigenvalue*",
    "nr_cor_attr": "ShareOfCorrelatedPairs", "gravity": "CentreOfGravity",
    "sd_ratio": "SDRatio",
    "attr_ent": "ColumnEntropy*", "class_ent": "ClassEntropy",
    "nre": "ClassRelativeEntropy", "sc": "NumberOfSmallClasses",
    "ch": "ClassCalinskiHarabasz", "sil": "ClassSilhouette", "vdb": "ClassDaviesBouldin",
    "vdu": "ClassDunn", "int": "ClassDistance", "pb": "ClassPointBiserial",
    "conceptvar": "ConceptVariation*", "impconceptvar": "ImprovedConceptVariation*",
    "wg_dist": "WeightedDistance*", "cohesiveness": "Cohesiveness*",
    "one_itemset": "OneItemset*", "two_itemset": "TwoItemset*",
    "leaves": "TreeLeaves", "nodes": "TreeSplits", "nodes_per_attr": "TreeSplitsPerColumn",
    "nodes_per_inst": "TreeSplitsPerRow", "tree_depth": "TreeDepth*",
    "leaves_branch": "TreeLeafDepth*", "leaves_corrob": "TreeLeafCorroboration*",
    "tree_shape": "TreeShape*", "leaves_homo": "TreeHomogeneity*",
    "tree_imbalance": "TreeImbalance*", "leaves_per_class": "TreeLeavesPerClass*",
    "nodes_per_level": "TreeSplitsPerLevel*", "nodes_repeated": "TreeSplitsOfColumn*",
    "var_importance": "TreeImportance*",
    "c1": "ComplexityC1", "c2": "ComplexityC2", "f1": "ComplexityF1*", "f1v": "ComplexityF1v*",
    "f2": "ComplexityF2*", "f3": "ComplexityF3*", "f4": "ComplexityF4*",
    "n1": "ComplexityN1", "n2": "ComplexityN2*", "n3": "ComplexityN3*", "t1": "ComplexityT1",
    "t2": "ComplexityT2", "t3": "ComplexityT3", "t4": "ComplexityT4", "lsc": "ComplexityLSC",
    "density": "ComplexityDensity", "cls_coef": "ComplexityClusteringCoefficient",
    "hubs": "ComplexityHubs*",
}  # fmt: skip

_JOINT = "pymfe adds 1e-8 to every cell of a contingency table"
_CANONICAL = (
    "pymfe iterates partial least squares for as many components as there are classes; "
    "here the exact correlations, at most classes less one"
)
_SINGLE = "pymfe's Gower distances are in single precision, so that ties fall otherwise"
_RANDOM = "depends on random draws, that are not pymfe's"
_FOLDS = (
    "mean over all held-out rows of five stratified folds of at most 1,500 shuffled rows and "
    "100 columns, with categories as 0/1; pymfe has ten folds of all rows in their order"
)
_RELATIVE = "rank of the landmarker among six here, seven there; one less its error here"

_PYMFE_DIFFERS = {
    "joint_ent": ("JointEntropy*", _JOINT), "mut_inf": ("ColumnInformation*", _JOINT),
    "class_conc": ("ClassConcentration*", _JOINT),
    "attr_conc": ("ColumnConcentration*", f"{_JOINT}; the first 50 columns here, 12 at random "
                  "there"),
    "eq_num_attr": ("EquivalentNumberOfColumns", _JOINT),
    "ns_ratio": ("NoiseToSignalRatio", _JOINT),
    "can_cor": ("CanonicalCorrelation*", _CANONICAL),
    "nr_disc": ("NumberOfDiscriminants", _CANONICAL), "w_lambda": ("WilksLambda", _CANONICAL),
    "p_trace": ("PillaiTrace", _CANONICAL), "lh_trace": ("LawleyHotellingTrace", _CANONICAL),
    "roy_root": ("RoyRoot", _CANONICAL),
    "n4": ("ComplexityN4*", _RANDOM), "l1": ("ComplexityL1*", f"at most 500 rows; {_RANDOM}"),
    "l2": ("ComplexityL2*", f"at most 500 rows; {_RANDOM}"),
    "l3": ("ComplexityL3*", f"at most 500 rows; {_RANDOM}"),
    "best_node": ("LandmarkStumpErrorRate", _FOLDS),
    "worst_node": ("LandmarkWorstStumpErrorRate", _FOLDS),
    "random_node": ("LandmarkRandomNodeLearner", _FOLDS),
    "elite_nn": ("LandmarkEliteNeighbourErrorRate", _FOLDS),
    "one_nn": ("LandmarkNeighbourErrorRate", _FOLDS),
    "naive_bayes": ("LandmarkNaiveBayesErrorRate", _FOLDS),
    "linear_discr": ("LandmarkLDA", _FOLDS),
    "best_node.relative": ("RankOfStump", _RELATIVE),
    "worst_node.relative": ("RankOfWorstStump", _RELATIVE),
    "random_node.relative": ("RankOfRandomTreeDepth1", _RELATIVE),
    "elite_nn.relative": ("RankOfEliteNeighbour", _RELATIVE),
    "one_nn.relative": ("RankOfNeighbour", _RELATIVE),
    "naive_bayes.relative": ("RankOfNaiveBayes", _RELATIVE),
    "linear_discr.relative": ("", "linear discriminant analysis is not ranked here"),
}  # fmt: skip

_STANDARDISED = "of standardised columns here, of columns as they come in pymfe by default"
_SAMPLED = "of at most 1,500 rows"
_NOTES = {
    **dict.fromkeys(("ch", "sil", "vdb", "vdu", "int", "pb"), f"{_STANDARDISED}; {_SAMPLED}"),
    **dict.fromkeys(("t3", "t4"), _STANDARDISED),
    **dict.fromkeys(("n1", "n2", "n3", "t1", "lsc", "density", "cls_coef", "hubs"), _SINGLE),
    "gravity": "of classes of equal sizes those farthest apart here, the first there",
    "sd_ratio": "of standardised columns, which is the same but for rounding",
}

_QUALITIES_EQUAL = {
    "NumberOfInstances": "NumberOfInstances", "NumberOfClasses": "NumberOfClasses",
    "NumberOfMissingValues": "NumberOfMissingValues",
    "NumberOfInstancesWithMissingValues": "NumberOfInstancesWithMissingValues",
    "NumberOfNumericFeatures": "NumberOfNumericFeatures", "ClassEntropy": "ClassEntropy",
    "MajorityClassSize": "MajorityClassSize", "MinorityClassSize": "MinorityClassSize",
    "AutoCorrelation": "ShareOfClassRepeats", "DefaultAccuracy": "DefaultAccuracy",
}  # fmt: skip

_QUALITIES_IN_PERCENT = {
    "PercentageOfMissingValues": "PercentageOfMissingValues",
    "PercentageOfInstancesWithMissingValues": "PercentageOfInstancesWithMissingValues",
    "PercentageOfNumericFeatures": "ShareOfNumericFeatures",
    "PercentageOfSymbolicFeatures": "ShareOfCategoricalFeatures",
    "PercentageOfBinaryFeatures": "ShareOfBinaryFeatures",
    "MajorityClassPercentage": "ClassProbabilityMax",
    "MinorityClassPercentage": "ClassProbabilityMin",
}

_TARGET = "OpenML counts the target among the columns, by the age of the server"
_QUALITIES_WITH_TARGET = {
    "NumberOfFeatures": "NumberOfFeatures", "Dimensionality": "DatasetRatio",
    "NumberOfSymbolicFeatures": "NumberOfCategoricalFeatures",
    "NumberOfBinaryFeatures": "NumberOfBinaryFeatures",
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


def _pymfe() -> list[Counterpart]:
    equal = [
        Counterpart(system="pymfe", theirs=theirs, ours=ours, how="equal",
                    note=_NOTES.get(theirs, ""))
        for theirs, ours in _PYMFE_EQUAL.items()
    ]  # fmt: skip
    return equal + [
        Counterpart(system="pymfe", theirs=theirs, ours=ours, how="differs" if ours else "none",
                    note=note)
        for theirs, (ours, note) in _PYMFE_DIFFERS.items()
    ]  # fmt: skip


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
    powers = {
        "SkewnessOfNumericAtts": "times the root of 1 - 1/n there",
        "KurtosisOfNumericAtts": "(kurtosis + 3) times 1 - 1/n, less 3, there",
    }
    for what, prefix in _OF_COLUMNS.items():
        for theirs, ours in _SUMMARIES.items():
            notes = [powers.get(what, ""), quartiles if theirs[-1] in "123" else ""]
            note = "; ".join(filter(None, notes))
            name = f"{prefix}{ours}"
            if what in powers and ours in ("Min", "Mean", "Max"):
                name = name.replace("Type2", "")
            found.append(one(f"{theirs}{what}", name, "differs" if note else "equal", note))
    nominal = "of categorical columns alone there, of all here"
    found += [
        one("EquivalentNumberOfAtts", "EquivalentNumberOfColumns", "differs", nominal),
        one("MeanNoiseToSignalRatio", "NoiseToSignalRatio", "differs", nominal),
    ]
    odd = "recorded replies have 128216 for a dataset of 768 rows: no count of columns"
    found += [one(f"CardinalityAt{n}", "", "none", odd) for n in ("Two", "Three", "Four")]
    found += [
        one(f"{weka}{theirs}", f"Landmark{ours}{measure}", "differs",
            f"Weka's there, scikit-learn's {LEARNERS[ours][1]} here; {_FOLDS.split(';')[0]}")
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
    return [
        Counterpart(system="auto-sklearn", theirs=name, ours=name,
                    how="differs" if name in notes else "equal", note=notes.get(name, ""))
        for name in sorted(_AUTO_SKLEARN)
    ]  # fmt: skip


COUNTERPARTS: tuple[Counterpart, ...] = (*_auto_sklearn(), *_openml(), *_pymfe())
"""Every meta-feature of the three systems."""
