"""The curators' web page: a picture, what the model proposes and why, decided with one key."""
