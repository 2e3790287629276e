"""What to try next on a task, whatever tuner asks: led by a search, by surfaces, by a list."""
