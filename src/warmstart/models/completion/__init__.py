"""Filling in what tasks did not try."""
