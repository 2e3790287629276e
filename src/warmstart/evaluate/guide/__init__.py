"""What a base says of each learner: better defaults, good ranges, what matters."""
