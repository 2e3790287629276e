"""Rows of runs on disk: their keys, each read once, more of them than memory holds."""
