"""Tables of tasks, configurations and evaluations in memory, and their views."""
