"""Damaged and strange files for every reader: what is raised must be warmstart's own.

``python -m tests.fuzz --inputs 2000`` tries them all; ``test_fuzz.py`` a few of each.
"""
