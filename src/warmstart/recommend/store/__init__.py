"""Fitted models kept between questions, on disk too, and learning from more tasks."""
