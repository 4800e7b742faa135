"""Teaching networks to enlarge."""
