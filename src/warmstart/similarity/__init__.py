"""Tasks that are alike: quantiles of meta-features, and predictors kept as weights on tasks."""
