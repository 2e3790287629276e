"""Evolutionary libraries that are given their first population, one a file."""
