"""Candidates, scores and filtered ranks."""
