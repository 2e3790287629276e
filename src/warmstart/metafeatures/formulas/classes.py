"""Formulas of columns against columns and classes, of pairs of rows, and of learners."""

from __future__ import annotations

FORMULAS: dict[str, str] = {
    # discriminant
    "AbsoluteCorrelation*": "|r(x_j, x_l)| over numeric j < l",
    "AbsoluteCovariance*": "|cov(x_j, x_l)| over numeric j < l",
    "CovarianceEigenvalue*": "eigenvalues of cov(x) of numeric columns",
    "ShareOfCorrelatedPairs": "share of numeric j < l with |r(x_j, x_l)| >= .5",
    "CanonicalCorrelation*": "r_d, canonical correlations of numeric x and class indicators",
    "NumberOfDiscriminants": "#r_d, at most min(p, K - 1)",
    "WilksLambda": "prod (1 - r_d^2)", "PillaiTrace": "sum r_d^2",
    "LawleyHotellingTrace": "sum r_d^2 / (1 - r_d^2)", "RoyRoot": "max r_d^2 / (1 - r_d^2)",
    "CentreOfGravity": "||mean of the largest class - mean of the smallest||",
    "SDRatio": "exp(M / (p (n - K))), M Box's (corrected) of the classes' covariances",

    # association; numbers in floor(n^(1/3)) bins of equal frequency
    "ColumnEntropy*": "H(x_j) over columns j", "JointEntropy*": "H(x_j, y) over columns j",
    "ColumnInformation*": "H(x_j) + H(y) - H(x_j, y) over columns j",
    "NominalEntropy*": "H(x_j) over categorical j",
    "NominalInformation*": "H(x_j) + H(y) - H(x_j, y) over categorical j",
    "ColumnConcentration*":
        "tau = (sum_ab P_ab^2 / P_b - sum_a P_a^2) / (1 - sum_a P_a^2) of x_j given x_l",
    "ClassConcentration*": "tau of x_j given y",
    "EquivalentNumberOfColumns": "H(y) / mean I(x_j; y)",
    "NoiseToSignalRatio": "(mean H(x_j) - mean I(x_j; y)) / mean I(x_j; y)",

    # itemset
    "OneItemset*": "share of rows with x_j = a, over values a of columns j",
    "TwoItemset*": "P(a) + P(b) - 2 P(a and b) over values a, b of two columns",

    # model-based
    "TreeLeaves": "L, leaves of a full CART", "TreeSplits": "S, its inner nodes",
    "TreeSplitsPerColumn": "S / columns of E", "TreeSplitsPerRow": "S / n",
    "TreeDepth*": "d_t over nodes t, the root's is 0", "TreeLeafDepth*": "d_t over leaves t",
    "TreeLeafCorroboration*": "n_t / n over leaves t",
    "TreeShape*": "-a_t log2 a_t over leaves t, a_t = 2^(-d_t)",
    "TreeHomogeneity*": "L / (-a_t log2 a_t) over leaves t",
    "TreeImbalance*": "-b log2 b over depths d of leaves, b = 2^(-#leaves 2^-d)",
    "TreeLeavesPerClass*": "#leaves of class k / L over classes k",
    "TreeSplitsPerLevel*": "#splits of depth d over d",
    "TreeSplitsOfColumn*": "#splits on column j over j with one",
    "TreeImportance*": "total decrease of Gini impurity by column j, shares, over j",

    # clustering; rows of E, at most 1,500
    "ClassSilhouette": "mean (b_i - a_i) / max(a_i, b_i), mean distances within, to the next",
    "ClassCalinskiHarabasz": "(B / (K - 1)) / (W / (n - K)), squares between and within",
    "ClassDaviesBouldin": "mean over k of max over l (s_k + s_l) / ||mean_k - mean_l||",
    "ClassDunn": "min over k, l of (min d(i in k, i' in l) / (n_k n_l)) / max within distance",
    "ClassDistance": "mean over k < l of mean d(i in k, i' in l)",
    "ClassPointBiserial": "r(d(i, i'), [y_i = y_i']) over pairs of rows",
    "ClassRelativeEntropy": "-sum q_k ln q_k", "NumberOfSmallClasses": "#{k: n_k < 15}",

    # concept; d Euclidean in the unit cube, w = 2^(-2 d / (sqrt(p) - d))
    "ConceptVariation*": "sum w [y_i != y_i'] / sum w over rows i",
    "ImprovedConceptVariation*": "sum 2^-max(ceil d, 1) [y_i != y_i'] over rows i",
    "WeightedDistance*": "sum w d / sum w over rows i",
    "Cohesiveness*": "sum 2^-max(ceil d, 1) over rows i",

    # complexity; d Gower's distance, at most 1,500 rows
    "ComplexityF1*": "1 / (1 + between_j / within_j) over columns j",
    "ComplexityF1v*": "1 / (1 + g' W^-1 g), g the gap of means, over pairs of classes",
    "ComplexityF2*": "prod overlap_j / range_j over pairs of classes",
    "ComplexityF3*": "min over j of the share of rows in the overlap, over pairs of classes",
    "ComplexityF4*": "share of rows left when each column took out those it tells apart",
    "ComplexityL1*": "1 - 1 / (1 + sum of distances of wrong rows / n) of a linear SVM",
    "ComplexityL2*": "error of a linear SVM on its rows, over pairs of classes",
    "ComplexityL3*": "its error on points between two rows of a class",
    "ComplexityN1": "share of rows at a minimum spanning tree's edge between classes",
    "ComplexityN2*": "d_friend / (d_friend + d_enemy) of the nearest, over rows i",
    "ComplexityN3*": "[y of the nearest row != y_i] over rows i",
    "ComplexityN4*": "[y of the nearest row != y] over points between two rows of a class",
    "ComplexityT1": "#spheres about rows that cover their classes / n",
    "ComplexityLSC": "1 - #{(i, i'): d(i, i') < d(i, nearest enemy)} / n^2",
    "ComplexityDensity": "1 - #edges / (n (n - 1) / 2), near rows of a class joined",
    "ComplexityClusteringCoefficient": "1 - closed paths of two edges / all",
    "ComplexityHubs*": "1 - h_i / max h over rows i, h the leading eigenvector",
    "ComplexityC1": "H(y) / log2 K",
    "ComplexityC2": "1 - 1 / ((K - 1) / K sum n_k / (n - n_k))",
    "ComplexityT2": "columns of E / n",
    "ComplexityT3": "#components of E for 95 % of the variance / n",
    "ComplexityT4": "#components of E for 95 % of the variance / columns of E",
}  # fmt: skip
"""By name; a name that ends in ``*`` stands for all its summaries."""
