"""What each tuner needs to be given its first trials, one tuner a file."""
