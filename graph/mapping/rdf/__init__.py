"""[[rdf]] and [[sparql]]: RDF of any syntax, asked by SPARQL; the presets of known vocabularies."""
