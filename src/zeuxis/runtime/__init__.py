"""Run networks that paint in one pass or enlarge: without torch, on pictures of any size."""

from zeuxis.runtime.enlarging import Enlarger, load_enlarger
from zeuxis.runtime.network import Network, load_network
from zeuxis.runtime.reading import Predictor

__all__ = ["Enlarger", "Network", "Predictor", "load_enlarger", "load_network"]
