"""[[table]]: rows of any format as entities and facts, with the dates that catalogues write."""
