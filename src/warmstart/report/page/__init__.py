"""An answer as HTML: what a notebook shows, and a page that needs nothing else."""
