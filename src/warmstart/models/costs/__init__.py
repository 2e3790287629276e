"""What configurations cost: seconds, megabytes, operators; one model a file."""
