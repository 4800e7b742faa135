"""Pictures to train on: folders of them, and random crops."""

from zeuxis.data.crops import Crops

__all__ = ["Crops"]
