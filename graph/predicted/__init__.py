"""Links written back, the models that made them, and their publication."""
