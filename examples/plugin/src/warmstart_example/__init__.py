"""One of each thing that a package can add to warmstart, each in one file."""
