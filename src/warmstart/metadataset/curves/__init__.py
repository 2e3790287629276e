"""Learning curves of runs: read with foreign histories, kept beside the evaluations."""
