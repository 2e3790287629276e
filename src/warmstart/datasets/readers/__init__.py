"""Files and addresses a dataset is read from, one format a file."""
