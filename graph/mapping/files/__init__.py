"""Files of every format as blocks of rows or records, and what a column or a path leads to in them."""
