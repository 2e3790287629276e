"""CSV files: what one is like, told from its first lines, and how it is read."""
