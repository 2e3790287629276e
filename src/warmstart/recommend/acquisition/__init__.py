"""What to try next: acquisition functions, batches, policies."""
