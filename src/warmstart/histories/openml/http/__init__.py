"""What comes over the wire: bodies, headers, keys."""
