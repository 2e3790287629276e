"""What is recorded of a fit beside its scores."""
