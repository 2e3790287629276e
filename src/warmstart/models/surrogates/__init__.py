"""Methods that fit a surrogate to the new task's own results."""
