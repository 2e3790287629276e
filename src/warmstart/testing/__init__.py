"""What every implementation of a Protocol promises, as tests to inherit; needs pytest.

A plugin's tests subclass a contract and give it a fixture, as the built-in ones do.
"""
