"""Evidence for a link, and where it stands."""
