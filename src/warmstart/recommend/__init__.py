"""From a meta-dataset to suggestions for a new task, and to a search that learns from it."""
