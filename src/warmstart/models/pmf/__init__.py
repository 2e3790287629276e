"""Probabilistic matrix factorization: completion, latents, prior mean, posterior."""
