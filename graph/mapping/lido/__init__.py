"""[[lido]]: LIDO, record by record."""
