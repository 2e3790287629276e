"""Tuners that can be started from suggestions, one file a tuner."""
