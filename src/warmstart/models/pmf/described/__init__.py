"""What meta-features tell of a task before any result on it."""
