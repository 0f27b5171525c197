"""Prefect flows over plain functions, the settings, and the command line."""
