"""How methods compare on tasks held out; see :func:`warmstart.replay`."""
