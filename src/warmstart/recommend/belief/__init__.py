"""What is believed of a new task's scores, before and after results."""
