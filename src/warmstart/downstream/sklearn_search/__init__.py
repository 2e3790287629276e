"""Search over suggested pipelines with the interface of scikit-learn's searches."""
