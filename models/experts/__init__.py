"""What speaks beside the fused vectors, and how far each is trusted."""
