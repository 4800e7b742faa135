"""How good the pictures of a generator are, beside real ones."""
