"""Learning curves: what a trial will end at, from what it has shown so far."""
