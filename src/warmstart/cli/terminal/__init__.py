"""What commands take from a terminal and tell it: options, data files, errors, output."""
