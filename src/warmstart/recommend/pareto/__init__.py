"""Several objectives at once: fronts, hypervolume, limits."""
