"""Priors for tuners that take no points: NePS, and CMA-ES by mean and covariance."""
