"""What a user hands in, frame, arrays or file, as one typed table with a task type."""
