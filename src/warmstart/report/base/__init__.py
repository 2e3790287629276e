"""What a base says by itself: plain files, pages and plots for those who never call suggest."""
