"""Names that are the project's own, and refused where a source or a graph of somebody else's brings them."""

LABELS = ("Entity", "Model", "PredictionRun", "Decision", "Doubt", "Encoder", "Schema")
RELATIONS = ("PREDICTED",)
