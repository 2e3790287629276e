"""Candidates that are stopped before their last fold."""
