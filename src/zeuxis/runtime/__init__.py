"""Run networks that paint in one pass: without torch, on pictures of any size."""

from zeuxis.runtime.network import Network, load_network
from zeuxis.runtime.reading import Predictor

__all__ = ["Network", "Predictor", "load_network"]
