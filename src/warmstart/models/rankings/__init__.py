"""Methods that order configurations by ranks on known tasks."""
