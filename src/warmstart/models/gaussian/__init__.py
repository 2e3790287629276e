"""Gaussian processes over tasks and configurations."""
