"""What a knowledge base keeps of its tasks beside meta-features: numbers of each measure."""
