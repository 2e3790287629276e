"""A run of a foreign history as a typed row, and what its user says of it."""
