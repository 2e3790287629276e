"""Embeddings of tasks by networks: of tables (Dataset2Vec, DIDA) and of images (Task2Vec)."""
