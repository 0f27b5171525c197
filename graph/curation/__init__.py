"""What people decided: decisions, their files, RDF."""
