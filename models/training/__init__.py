"""Batches, negatives, losses, steps and the loop."""
