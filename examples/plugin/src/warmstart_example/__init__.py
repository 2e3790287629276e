"""A model, a tuner, a source and a meta-feature, each in one file."""
