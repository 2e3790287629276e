"""An evaluation process of its own, and who kills it when it takes too long."""
