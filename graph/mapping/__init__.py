"""What museums have, as they have it: a mapping file says which of it are entities and facts."""
