"""The commands of `vlkge`, by what they work on."""
