"""Pictures to train on: from folders, archives and arrays, as random crops or all of one size."""

from zeuxis.data.crops import Crops
from zeuxis.data.epochs import Epochs
from zeuxis.data.inspection import Inspection, inspect
from zeuxis.data.pictures import PictureSet
from zeuxis.data.preparing import prepare
from zeuxis.data.sheet import stacked, tiled
from zeuxis.data.suggesting import SuggestedShape, suggest_shape

__all__ = [
    "Crops",
    "Epochs",
    "Inspection",
    "PictureSet",
    "SuggestedShape",
    "inspect",
    "prepare",
    "stacked",
    "suggest_shape",
    "tiled",
]
