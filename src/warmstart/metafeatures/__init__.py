"""Numbers that describe a dataset; see :mod:`warmstart.metafeatures.extract`."""
