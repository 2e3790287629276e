"""Pipelines as sequences of stages: equal beginnings on equal data are fitted once."""
