"""README's commands, run as they are typed.

:mod:`tests.readme.blocks` reads them; ``python -m tests.readme`` runs all of them in a clone
with an empty environment, and an ordinary test runs those of ``warmstart`` in this process.
"""
