"""What each column holds, inferred from its cells or as the caller says."""
