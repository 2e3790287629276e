"""Learners of images."""
