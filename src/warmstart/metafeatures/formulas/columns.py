"""Formulas of what is counted, and of single columns."""

from __future__ import annotations

FORMULAS: dict[str, str] = {
    # general
    "NumberOfInstances": "n", "LogNumberOfInstances": "ln n",
    "NumberOfFeatures": "p", "LogNumberOfFeatures": "ln p",
    "NumberOfNumericFeatures": "p_num", "NumberOfCategoricalFeatures": "p_cat",
    "NumberOfTextFeatures": "#{j: column j is text}",
    "NumberOfDateFeatures": "#{j: column j is dates}",
    "RatioNumericalToNominal": "p_num / p_cat", "RatioNominalToNumerical": "p_cat / p_num",
    "DatasetRatio": "p / n", "LogDatasetRatio": "ln(p / n)",
    "InverseDatasetRatio": "n / p", "LogInverseDatasetRatio": "ln(n / p)",
    "NumberOfMissingValues": "#{(i, j): x_ij missing}",
    "PercentageOfMissingValues": "#{(i, j): x_ij missing} / (n p)",
    "NumberOfInstancesWithMissingValues": "#{i: some x_ij missing}",
    "PercentageOfInstancesWithMissingValues": "#{i: some x_ij missing} / n",
    "NumberOfFeaturesWithMissingValues": "#{j: some x_ij missing}",
    "PercentageOfFeaturesWithMissingValues": "#{j: some x_ij missing} / p",
    "Symbols*": "v_j over categorical j, v_j its distinct values",
    "SymbolsSum": "sum of v_j over categorical j",
    "NumberOfClasses": "K", "ClassProbability*": "q_k over classes k",

    # statistical
    "Skewness*": "m3_j / m2_j^(3/2) over numeric j, m the central moments over n",
    "Kurtosis*": "m4_j / m2_j^2 - 3 over numeric j, m the central moments over n",
    "PCAFractionOfComponentsFor95PercentVariance":
        "min{d: (l_1 + ... + l_d) / sum l >= .95} / columns of E, l eigenvalues of cov(E)",
    "PCASkewnessFirstPC": "|m3 / m2^(3/2)| of E u_1, u_1 the first eigenvector of cov(E)",
    "PCAKurtosisFirstPC": "m4 / m2^2 - 3 of E u_1",
    "Correlation*": "|r(x_j, x_l)| over numeric j < l",

    # information
    "ClassEntropy": "H(y) = -sum q_k log2 q_k",
    "NormalizedClassEntropy": "H(y) / log2 K",
    "AttributeEntropyMean": "mean of H(x_j), numbers in ten bins of equal frequency",
    "MutualInformationMean": "mean of H(x_j) + H(y) - H(x_j, y)",
    "MutualInformationMax": "max of H(x_j) + H(y) - H(x_j, y)",

    # target
    "TargetStd": "s_y = sqrt(mean (y - mean y)^2)",
    "TargetMAD": "mean |y - median y|", "TargetRelativeMAD": "mean |y - median y| / s_y",
    "TargetCoefficientOfVariation": "min(s_y / |mean y|, 1e6)",
    "TargetSkewness": "m3 / m2^(3/2) of y", "TargetKurtosis": "m4 / m2^2 - 3 of y",
    "TargetDistinctRatio": "#distinct y / n",
    "TargetOutlierRatio": "share of y outside [Q1 - 1.5 IQR, Q3 + 1.5 IQR]",
    "TargetCorrelation*": "|r(x_j, y)| over numeric j",

    # counts
    "NumberOfBinaryFeatures": "#{j: v_j = 2}", "ShareOfBinaryFeatures": "#{j: v_j = 2} / p",
    "ShareOfNumericFeatures": "p_num / p", "ShareOfCategoricalFeatures": "p_cat / p",
    "NumberOfConstantColumns": "#{j: v_j <= 1}",
    "NumberOfIdentifiers": "#{j: column j numbers the rows}",
    "ColumnsOfTwoValuesUp": "#{j: v_j >= 2}", "ColumnsOfThreeValuesUp": "#{j: v_j >= 3}",
    "ColumnsOfFourValuesUp": "#{j: v_j >= 4}",
    "NominalCardinality*": "v_j over categorical j",
    "NumericCardinality*": "v_j over numeric j",
    "ClassShare*": "q_k over classes k",
    "MajorityClassSize": "max n_k", "MinorityClassSize": "min n_k",
    "DefaultAccuracy": "max q_k", "ClassImbalance": "max n_k / min n_k",
    "ShareOfDuplicateRows": "1 - #distinct rows / n",

    # columns
    "ColumnMean*": "mean x_j over numeric j",
    "ColumnVariance*": "sum (x_ij - mean x_j)^2 / (n - 1) over numeric j",
    "ColumnSD*": "sqrt(sum (x_ij - mean x_j)^2 / (n - 1)) over numeric j",
    "ColumnMedian*": "median x_j over numeric j",
    "ColumnMin*": "min x_j over numeric j", "ColumnMax*": "max x_j over numeric j",
    "ColumnRange*": "max x_j - min x_j over numeric j",
    "ColumnInterquartileRange*": "Q3(x_j) - Q1(x_j) over numeric j",
    "ColumnMAD*": "1.4826 median |x_j - median x_j| over numeric j",
    "ColumnTrimmedMean*": "mean x_j without floor(n / 5) at each end, over numeric j",
    "ColumnGeometricMean*": "exp(mean ln x_j) over numeric j >= 0",
    "ColumnHarmonicMean*": "n / sum(1 / x_ij) over numeric j >= 0",
    "SkewnessType2*": "g1 sqrt(n (n - 1)) / (n - 2), g1 = m3 / m2^(3/2), over numeric j",
    "SkewnessType3*": "g1 (1 - 1 / n)^(3/2), g1 = m3 / m2^(3/2), over numeric j",
    "KurtosisType2*":
        "((n + 1) g2 + 6) (n - 1) / ((n - 2) (n - 3)), g2 = m4 / m2^2 - 3, over numeric j",
    "KurtosisType3*": "(g2 + 3) (1 - 1 / n)^2 - 3, g2 = m4 / m2^2 - 3, over numeric j",
    "ColumnSparsity*": "(n / v_j - 1) / (n - 1) over numeric j",
    "NumberOfColumnsWithOutliers":
        "#{numeric j: min < Q1 - 1.5 IQR or max > Q3 + 1.5 IQR}",
    "NumberOfNormalColumns": "#{numeric j: p of the Shapiro-Wilk test > .05}",

    # missingness
    "MissingShareOfColumn*": "#{i: x_ij missing} / n over columns j",
    "MissingShareOfRow*": "#{j: x_ij missing} / p over rows i",
    "MissingPatternsPerRow": "#distinct rows of the missing mask / n",
    "MissingTogether": "mean |r(missing_j, missing_l)| over j < l",
    "MissingWithTarget*":
        "|r(missing_j, y)|, with classes the correlation ratio, over columns j with gaps",

    # text and dates
    "TextLength*": "mean characters of a cell over text columns j",
    "TextWords*": "mean words of a cell over text columns j",
    "TextDistinctWords*": "#distinct words / #words over text columns j",
    "DateSpan*": "max x_j - min x_j over date columns j",
    "DateRegularity*": "share of the most common step between dates, over date columns j",
    "DateDistinct*": "#distinct x_j / n over date columns j",

    # order
    "ShareOfClassRepeats": "#{i: y_i = y_(i-1)} / (n - 1)",
    "TargetAutocorrelation": "sum z_i z_(i+1) / n, z standardised y (mean of 0/1 a class)",
    "ColumnAutocorrelation*": "sum z_ij z_(i+1)j / n over numeric j, z standardised x",
    "TargetDrift": "max |F_first(y) - F_second(y)|, the halves of the file (most of classes)",
    "ColumnDrift*": "max |F_first(x_j) - F_second(x_j)| over numeric j, the halves of the file",
    "TargetAutocorrelationInTime": "sum z_i z_(i+1) / n, rows by the first date column",
    "TargetDriftInTime": "max |F_first(y) - F_second(y)|, rows by the first date column",
    "GroupCorrelation*":
        "(MSB - MSW) / (MSB + (n0 - 1) MSW), ICC(1) of y in the levels of categorical j",
}  # fmt: skip
"""By name; a name that ends in ``*`` stands for all its summaries."""
