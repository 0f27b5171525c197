"""A first mapping of a file or folder: what its columns may be, for a person to edit."""
