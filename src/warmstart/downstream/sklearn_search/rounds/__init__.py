"""Scores at fewer rounds, read off each fit of a scikit-learn search."""
