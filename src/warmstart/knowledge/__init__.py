"""The knowledge base that comes with the package, and the calls that ask it."""
