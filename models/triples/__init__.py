"""Facts as indices: the graph, known facts, patterns."""
