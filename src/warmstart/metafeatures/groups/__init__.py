"""Groups of meta-features beside those that ``suggest`` compares datasets by; one a file."""
