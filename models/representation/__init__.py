"""One vector an entity: modalities, fusion, VL-KGE, its checkpoint."""
