"""Images with a label each: read from folders of class folders, IDX files or arrays."""
