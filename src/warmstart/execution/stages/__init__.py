"""Evaluations as trees of stages: what several pipelines share, and in which order."""
