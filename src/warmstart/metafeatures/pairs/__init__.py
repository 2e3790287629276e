"""Meta-features of all pairs of rows of a sample."""
