"""Spaces of tuners in neutral words, where reading one is work of its own."""
