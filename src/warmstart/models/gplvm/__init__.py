"""Gaussian process latent variable models of tasks × configurations."""
