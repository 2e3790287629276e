"""Kernels over tasks, and how much each counts in a sum."""
