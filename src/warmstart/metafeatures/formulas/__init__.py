"""Formulas of the meta-features in writing, for the catalogue."""
