"""Cells, columns and frames: what datasets, features and pipelines read with."""
