"""Names that are the project's own, and refused where a source or a graph of somebody else's brings them."""

# The attributes that an exported graph has beside its types: a type of such a name could not be told from them.
ATTRIBUTES = ("encoders", "fingerprint")
LABELS = ("Entity", "Model", "PredictionRun", "Decision", "Doubt", "LinkRule", "Encoder", "Schema", *ATTRIBUTES)
# Every entity has the label Entity anyway, so that files may call a type so.
TYPES = tuple(label for label in LABELS if label != "Entity")
RELATIONS = ("PREDICTED",)
