"""The folder on disk: reading, writing, appending, run identity."""
