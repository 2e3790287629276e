"""Architectures trained with their weights: one network that holds every cell."""
