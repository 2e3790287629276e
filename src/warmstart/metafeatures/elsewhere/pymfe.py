"""The 112 meta-features of pymfe 0.4.4, and what they are called here.

References
----------
.. [1] Alcobaça et al. "MFE: Towards reproducible meta-feature extraction." JMLR 21, 2020.
"""

from __future__ import annotations

from warmstart.metafeatures.elsewhere.counterpart import Counterpart

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
_SINGLE = (
    "pymfe's graphs and trees lose distances of 0, and rounding (to single precision, by "
    "default) decides between rows at equal distances; here they are ties"
)
_RANDOM = "depends on random draws, that are not pymfe's"
FOLDS = (
    "mean over all held-out rows of five stratified folds of at most 1,500 shuffled rows and "
    "100 columns, with categories as 0/1; pymfe has ten folds of all rows in their order"
)
_TELLING = "how telling a column is, by one split here, by a full tree's importances there"
_RELATIVE = "rank of the landmarker among seven, the folds as of the landmarkers themselves"

_PYMFE_DIFFERS = {
    "sd_ratio": ("SDRatio", "pymfe weighs covariances by sizes of classes in reverse order"),
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
    "best_node": ("LandmarkStumpErrorRate", FOLDS),
    "worst_node": ("LandmarkWorstStumpErrorRate", f"{FOLDS}; {_TELLING}"),
    "random_node": ("LandmarkRandomNodeLearner", FOLDS),
    "elite_nn": ("LandmarkEliteNeighbourErrorRate", f"{FOLDS}; {_TELLING}"),
    "one_nn": ("LandmarkNeighbourErrorRate", FOLDS),
    "naive_bayes": ("LandmarkNaiveBayesErrorRate", FOLDS),
    "linear_discr": ("LandmarkLDA", FOLDS),
    "best_node.relative": ("RankOfStump", _RELATIVE),
    "worst_node.relative": ("RankOfWorstStump", _RELATIVE),
    "random_node.relative": ("RankOfRandomTreeDepth1", _RELATIVE),
    "elite_nn.relative": ("RankOfEliteNeighbour", _RELATIVE),
    "one_nn.relative": ("RankOfNeighbour", _RELATIVE),
    "naive_bayes.relative": ("RankOfNaiveBayes", _RELATIVE),
    "linear_discr.relative": ("RankOfLDA", _RELATIVE),
}  # fmt: skip

_WHOLE = "a distance that is a whole number but for rounding falls on either side of it"
_STANDARDISED = "of standardised columns here, of columns as they come in pymfe by default"
_SAMPLED = "of at most 1,500 rows"
_NOTES = {
    **dict.fromkeys(("ch", "sil", "vdb", "vdu", "int", "pb"), f"{_STANDARDISED}; {_SAMPLED}"),
    **dict.fromkeys(("t3", "t4"), _STANDARDISED),
    **dict.fromkeys(("n1", "n2", "n3", "t1", "lsc", "density", "cls_coef", "hubs"), _SINGLE),
    **dict.fromkeys(("cohesiveness", "impconceptvar"), _WHOLE),
    "gravity": "of classes of equal sizes those farthest apart here, the first there",
    "f4": "of columns that tell as much, the first by content here, by place in pymfe",
}


def of_pymfe() -> list[Counterpart]:
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
