"""Folders that are written by one process at a time, and replaced whole or not at all."""
