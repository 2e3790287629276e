"""Boosted trees: what builds them, stops them early, and tells CatBoost its categories."""
