"""Units of work on this machine or on a cluster, one protocol for both."""
