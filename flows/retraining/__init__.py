"""Retraining: what a night plans, does, compares, publishes and reports."""
