"""How alike tasks are: quantiles of meta-features, one published measure a file."""
