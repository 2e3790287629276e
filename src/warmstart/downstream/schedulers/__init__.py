"""Which trials go on, and where: stopping, slots, populations."""
