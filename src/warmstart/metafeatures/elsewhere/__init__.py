"""The same quantities in other systems."""
