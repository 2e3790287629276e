"""What groups of meta-features cost, and what they leave out."""
