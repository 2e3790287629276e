"""The sampler that leads an Optuna study and learns from its trials."""
