"""Adding runs to a meta-dataset: imports, merges, other spaces' configurations."""
