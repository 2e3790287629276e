"""Evaluations of many tasks, and what is known of both: in memory, on disk, as matrices."""
