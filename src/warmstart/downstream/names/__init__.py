"""Whose names are whose: hyperparameters of points, parameters of tuners, both ways."""
