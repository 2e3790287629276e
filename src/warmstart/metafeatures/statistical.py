"""Statistical meta-features: shape of the numeric columns, principal components, correlation.

References
----------
.. [1] Feurer, Klein, Eggensperger, Springenberg, Blum, Hutter. "Efficient and Robust
   Automated Machine Learning." NeurIPS 2015.
.. [2] Bardenet, Brendel, Kégl, Sebag. "Collaborative hyperparameter tuning." ICML 2013
   (the principal components).
.. [3] Michie, Spiegelhalter, Taylor. "Machine Learning, Neural and Statistical
   Classification." 1994 (the correlations).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from warmstart.metafeatures.feature import Feature, summaries
from warmstart.metafeatures.planning.samples import GroupSize
from warmstart.metafeatures.prepared import Prepared
from warmstart.metafeatures.scaling import Floats, standardise

GROUP = "statistical"
ABOUT = "skewness, kurtosis, correlation, principal components"
EXPLAINED = 0.95

# Multiplications one covariance matrix may take; above it, rows are left out.
_COVARIANCE_WORK = 5e8


@dataclass(frozen=True, slots=True)
class PrincipalComponents:
    """What the meta-features keep of a principal component analysis."""

    fraction: float
    """Components that explain 95 % of the variance, as a share of the encoded columns."""

    skewness: float
    kurtosis: float
    """Of the rows' scores on the first component; excess, biased."""


def principal_components(encoded: Floats) -> PrincipalComponents:
    """Analyse an encoded matrix by the eigenvalues of its (small) Gram matrix.

    The sign of a component is arbitrary, so it is chosen to make the skewness positive.

    Parameters
    ----------
    encoded : array, shape (n_rows, n_columns)

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [1.0, 0.01], [5.0, 0.02]])
    >>> principal_components(X).fraction
    0.5
    """
    centred = encoded - encoded.mean(axis=0)
    n_rows, n_columns = centred.shape
    wide = n_columns > n_rows
    gram = centred @ centred.T if wide else centred.T @ centred
    values, vectors = np.linalg.eigh(gram)
    values = np.clip(values[::-1], 0.0, None)
    total = values.sum()
    if total <= 1e-12 * max(1.0, float(np.abs(encoded).max(initial=0.0))):
        return PrincipalComponents(0.0, 0.0, 0.0)
    # The tolerance keeps 19 equal shares of 5 % from needing a twentieth.
    n_needed = int(np.searchsorted(np.cumsum(values) / total, EXPLAINED - 1e-9)) + 1
    loadings = centred.T @ vectors[:, -1] if wide else vectors[:, -1]
    scores = standardise((centred @ loadings)[:, None]).z
    if not scores.size:
        return PrincipalComponents(n_needed / n_columns, 0.0, 0.0)
    return PrincipalComponents(
        n_needed / n_columns, abs(float((scores**3).mean())), float((scores**4).mean()) - 3.0
    )


def correlations(prepared: Prepared) -> Floats:
    """Absolute Pearson correlation of pairs of numeric columns, missing cells at the mean."""
    z = _affordable(prepared, prepared.standardised.z)
    if z.shape[1] < 2:
        return np.empty(0)
    z = z - z.mean(axis=0)
    norms = np.sqrt(np.einsum("ij,ij->j", z, z))
    product = z.T @ z / np.maximum(np.outer(norms, norms), 1e-300)
    pairs: Floats = np.abs(product[np.triu_indices(len(product), k=1)])
    return np.minimum(pairs, 1.0)


def _pca(prepared: Prepared) -> PrincipalComponents:
    return principal_components(_affordable(prepared, prepared.encoded))


def _affordable(prepared: Prepared, matrix: Floats) -> Floats:
    n_rows = max(1_000, int(_COVARIANCE_WORK / max(matrix.shape[1], 1) ** 2))
    if n_rows >= len(matrix):
        return matrix
    return matrix[prepared.rng("covariance").permutation(len(matrix))[:n_rows]]


FEATURES: tuple[Feature, ...] = (
    *summaries("Skewness", GROUP, lambda p: p.skewness, "the skewness of numeric columns"),
    *summaries("Kurtosis", GROUP, lambda p: p.kurtosis, "excess kurtosis of numeric columns"),
    Feature(
        name="PCAFractionOfComponentsFor95PercentVariance",
        group=GROUP,
        formula=lambda p: p.once(_pca).fraction,
        description="Share of principal components that explain 95 % of the variance.",
    ),
    Feature(
        name="PCASkewnessFirstPC",
        group=GROUP,
        formula=lambda p: p.once(_pca).skewness,
        description="Skewness of the rows on the first principal component.",
    ),
    Feature(
        name="PCAKurtosisFirstPC",
        group=GROUP,
        formula=lambda p: p.once(_pca).kurtosis,
        description="Excess kurtosis of the rows on the first principal component.",
    ),
    *summaries(
        "Correlation",
        GROUP,
        lambda p: p.once(correlations),
        "the absolute correlation of pairs of numeric columns",
        which=("Mean", "Max"),
    ),
)

FORMULAS = {
    "Skewness*": "m3_j / m2_j^(3/2) over numeric j, m the central moments over n",
    "Kurtosis*": "m4_j / m2_j^2 - 3 over numeric j, m the central moments over n",
    "PCAFractionOfComponentsFor95PercentVariance":
        "min{d: (l_1 + ... + l_d) / sum l >= .95} / columns of E, l eigenvalues of cov(E)",
    "PCASkewnessFirstPC": "|m3 / m2^(3/2)| of E u_1, u_1 the first eigenvector of cov(E)",
    "PCAKurtosisFirstPC": "m4 / m2^2 - 3 of E u_1",
    "Correlation*": "|r(x_j, x_l)| over numeric j < l",
}  # fmt: skip


def cost_s(size: GroupSize) -> float:
    """CPU seconds."""
    return 1e-3 + 1e-7 * size.cells + 1e-10 * size.cells * size.columns
