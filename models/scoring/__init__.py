"""Scores of queries with candidates, and their fast products."""
