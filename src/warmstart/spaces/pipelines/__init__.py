"""The tabular space: learners, their hyperparameters and runnable pipelines."""
