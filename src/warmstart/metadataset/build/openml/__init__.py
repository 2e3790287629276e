"""Building a meta-dataset from OpenML's runs: plan, read, publish."""
