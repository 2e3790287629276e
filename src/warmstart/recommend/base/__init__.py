"""A meta-dataset with everything fitted to it, ready to be asked."""
