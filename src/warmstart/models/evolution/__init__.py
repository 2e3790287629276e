"""Evolution over the configurations of a base, cold or begun with what other tasks know."""
