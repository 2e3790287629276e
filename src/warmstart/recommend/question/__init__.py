"""What is asked of a base, checked and understood."""
