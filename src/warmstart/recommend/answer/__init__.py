"""What is answered: configurations best first, and what explains them."""
