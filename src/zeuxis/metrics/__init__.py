"""How good pictures are: distances between what was made and what is real."""
