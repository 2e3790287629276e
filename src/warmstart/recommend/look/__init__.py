"""Looking at a task before speaking: a few seconds of fits, chosen and judged by the belief."""
