"""Content sketches that find a dataset again, and the hashes of cells they are made of."""
