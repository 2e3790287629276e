"""Where evaluations come from, one file a source.

``warmstart.histories.<source>.read(location, …)`` gives the runs of another tool, for
:meth:`warmstart.MetaDataset.from_histories`; ``local`` makes runs of its own, and what begins
with ``openml`` reads other people's.
"""
