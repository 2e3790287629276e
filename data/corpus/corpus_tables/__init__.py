"""Readers for the real tables from which the knowledge base is built."""
