"""Configuration spaces: points of them as numbers, and as pipelines for given data."""
