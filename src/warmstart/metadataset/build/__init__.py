"""Building a meta-dataset in units that are resumed after a stop."""
