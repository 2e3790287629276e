"""Which configurations may be asked, and which one is meant."""
