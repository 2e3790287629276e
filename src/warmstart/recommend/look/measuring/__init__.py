"""Fits to parts of the data: which rows, how long, how sure."""
