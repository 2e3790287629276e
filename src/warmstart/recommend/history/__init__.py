"""How a history is read before models are fitted to it."""
