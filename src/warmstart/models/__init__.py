"""Performance models over tasks and configurations, one published method a file."""
