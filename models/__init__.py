"""Everything that is a tensor: encoders, fusion, scoring, training, ranking, prediction."""
