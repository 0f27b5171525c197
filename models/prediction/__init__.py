"""The best new links, and recorded facts that look wrong."""
