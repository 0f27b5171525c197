"""The names that our data model takes, see docs/data-model.md; a test holds the two together.

All that we write has our mark: a label on nodes, a property on relationships. Nothing else says what is ours. What each
is called in a graph whose owner asked for a prefix, `cypher.prefix` says.
"""

from cypher import prefix

MARK = "Vlkge"
MARK_PROPERTY = "vlkge"

# The attributes that an exported graph has beside its types: a type of such a name could not be told from them.
ATTRIBUTES = ("encoders", "fingerprint")
LABELS = (*prefix.LABELS, *ATTRIBUTES)
# Every entity has the label Entity anyway, so that files may call a type so.
TYPES = tuple(label for label in LABELS if label != "Entity")
RELATIONS = ("PREDICTED",)

# Properties that we write to entities; what a source says of an entity never goes by these names.
ENTITY_PROPERTIES = prefix.ENTITY_PROPERTIES
# Properties that we write to facts; `split` may come from a file too.
FACT_PROPERTIES = prefix.FACT_PROPERTIES
# Properties of predicted links that the writer or people set; no column of links may be called so.
LINK_PROPERTIES = (
    MARK_PROPERTY, "key", "state", "verdict", "run_id", "model_version", "created_at", "draw", "priority", "moved",
    "sampling_weight", "previous_score", "previous_probability", "previous_rank", "previous_run_id", "refreshed_at",
    "evidence_ids",
)  # fmt: skip
