"""Scores as functions of hyperparameters, learned from tables where each was tried anywhere."""
