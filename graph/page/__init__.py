"""What the curators' page reads."""
