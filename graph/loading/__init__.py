"""From files or somebody's graph to ours: read, checked, planned, written."""
