"""Neural architectures as configurations, and searches led by what other datasets found."""
