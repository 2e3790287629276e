"""Histories that are curves from the start: tables of scores by budget, boosters' logs."""
