"""Simple learners, the sample they learn from, and the measures of what they reach."""
