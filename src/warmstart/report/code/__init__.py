"""Answers as code to copy: the pipelines themselves, and how each tuner is given them."""
