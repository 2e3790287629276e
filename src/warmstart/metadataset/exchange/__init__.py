"""Other formats of run histories, and published tables by name."""
