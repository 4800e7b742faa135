"""Model files: tensors, and the card that says what they are and where they come from."""

from zeuxis.models.card import Card
from zeuxis.models.files import load, read_card, save

__all__ = ["Card", "load", "read_card", "save"]
